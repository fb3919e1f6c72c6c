#include "common/geometry.h"

#include <string>

#include "common/check.h"
#include "common/failure.h"

namespace sgconv {
namespace {

// Checks members of one struct.
struct Members {
  const char *name;
  std::string operator()(const char *member) const { return std::string(name) + "." + member; }
  void at_least(const char *member, std::int64_t value, std::int64_t least) const {
    require_at_least((*this)(member).c_str(), value, least);
  }
  void range(const char *member, std::int64_t value, std::int64_t least, std::int64_t most) const {
    require_range((*this)(member).c_str(), value, least, most);
  }
};

}  // namespace

void check_geometry(const char *name, const sgconv_kernel_geometry *geometry) {
  require_pointer(name, geometry);
  const sgconv_kernel_geometry &g = *geometry;
  const Members members{name};
  members.at_least("channels", g.channels, 1);
  members.at_least("hidden", g.hidden, 1);
  members.at_least("dim", g.dim, 1);
  members.range("scales", g.scales, 1, 64);
  members.range("init_scale", g.init_scale, 0, 62);
  members.range("composition", g.composition, SGCONV_CONCATENATE, SGCONV_SUM);
  members.range("interpolation", g.interpolation, SGCONV_LINEAR, SGCONV_NEAREST);
  members.range("decay", g.decay, SGCONV_GEOMETRIC, SGCONV_POWER);
  members.range("reserved", g.reserved, 0, 0);
  full_length(g);
  checked_product("weights (scales, channels, hidden, dim)",
                  {g.scales, g.channels, g.hidden, g.dim});
}

std::int64_t full_length(const sgconv_kernel_geometry &geometry) {
  const std::int64_t levels = geometry.scales - 1 + geometry.init_scale;
  constexpr std::int64_t kMost = std::int64_t{1} << 56;
  if (levels > 56 || geometry.dim > (kMost >> levels)) {
    invalid("full kernel length dim * 2^(scales - 1 + init_scale) with dim = " +
            std::to_string(geometry.dim) + ", scales = " + std::to_string(geometry.scales) +
            ", init_scale = " + std::to_string(geometry.init_scale) +
            " exceeds 2^56; use fewer scales");
  }
  return geometry.dim << levels;
}

void check_geometry(const char *name, const sgconv_convolution_geometry *geometry) {
  require_pointer(name, geometry);
  const sgconv_convolution_geometry &g = *geometry;
  const Members members{name};
  members.at_least("heads", g.heads, 1);
  members.at_least("hidden", g.hidden, 1);
  members.range("length", g.length, 1, kMostLength);
  members.range("kernel_length", g.kernel_length, 1, kMostLength);
  members.range("mode", g.mode, SGCONV_CAUSAL, SGCONV_CENTERED);
  members.range("reserved", g.reserved, 0, 0);
  if (g.mode == SGCONV_CIRCULAR && g.kernel_length > g.length) {
    invalid(members("kernel_length") + " = " + std::to_string(g.kernel_length) +
            ", expected 1 to " + std::to_string(g.length) +
            ": a circular kernel is at most as long as its period");
  }
  checked_product("kernel (channels, hidden, kernel_length)",
                  {2, g.heads, g.hidden, g.kernel_length});
  // Elements of arrays. Bytes, at most some forty times more for each thread, are added up apart.
  checked_product("spectrum (heads, hidden, size)", {64, g.heads, g.hidden, g.length});
}

void check_lengths(const sgconv_convolution_geometry &geometry, std::int64_t batch,
                   const std::int64_t *lengths) {
  require_optional("lengths", lengths);
  if (geometry.mode == SGCONV_CIRCULAR) {
    require_null("lengths", lengths, "rows of a circular convolution have one length, its period");
  }
  check_lengths(geometry.length, batch, lengths);
}

void check_lengths(std::int64_t length, std::int64_t batch, const std::int64_t *lengths) {
  if (lengths == nullptr) return;
  require_pointer("lengths", lengths);
  for (std::int64_t b = 0; b < batch; ++b) {
    if (lengths[b] >= 1 && lengths[b] <= length) continue;
    require_range(("lengths[" + std::to_string(b) + "]").c_str(), lengths[b], 1, length);
  }
}

void check_synthesized(const sgconv_kernel_geometry &geometry, std::int64_t length) {
  require_range("length", length, 1, kMostLength);
  checked_product("kernel (channels, hidden, length)",
                  {geometry.channels, geometry.hidden, length});
}

}  // namespace sgconv
