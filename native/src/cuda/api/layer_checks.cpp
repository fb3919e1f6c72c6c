#include "cuda/api/layer_checks.h"

#include <string>

namespace sgconv::cuda {
namespace {

constexpr int64_t kMost = INT64_MAX / 2;

}  // namespace

void check_dropout(const char *name, const sgconv_dropout *dropout) {
  require_optional(name, dropout);
  if (dropout == nullptr) {
    return;
  }
  if (!(dropout->probability >= 0 && dropout->probability < 1)) {
    invalid(std::string(name) + ".probability = " + std::to_string(dropout->probability) +
            ", expected 0 to below 1");
  }
}

void check_signal(const sgconv_signal_geometry *geometry) {
  require_pointer("geometry", geometry);
  require_range("geometry.batch", geometry->batch, 1, kMost);
  require_range("geometry.channels", geometry->channels, 1, kMost);
  require_range("geometry.length", geometry->length, 1, kMost);
  checked_product("signal (batch, channels, length)",
                  {geometry->batch, geometry->channels, geometry->length});
}

void check_linear(const sgconv_linear_geometry *geometry, int64_t member_first) {
  require_pointer("geometry", geometry);
  require_range("geometry.batch", geometry->batch, 1, kMost);
  require_range("geometry.inputs", geometry->inputs, 1, kMost);
  require_range("geometry.outputs", geometry->outputs, 1, kMost);
  require_range("geometry.length", geometry->length, 1, kMost);
  require_range("geometry.gelu", geometry->gelu, 0, 1);
  require_range("geometry.glu", geometry->glu, 0, 1);
  require_range("member_first", member_first, 0, kMost);
  check_dropout("geometry.dropout", &geometry->dropout);
  check_dropout("geometry.tied", &geometry->tied);
  checked_product("x (batch, inputs, length)",
                  {geometry->batch, geometry->inputs, geometry->length});
  checked_product("z (batch, 2 outputs, length)",
                  {2, geometry->batch, geometry->outputs, geometry->length});
  checked_product("rows (member_first + batch, outputs)",
                  {member_first + geometry->batch, geometry->outputs});
}

void check_statistics(const float *mean, const float *scale) {
  require_optional("mean", mean);
  require_optional("scale", scale);
  if ((mean == nullptr) != (scale == nullptr)) {
    invalid("mean and scale must both be NULL or neither");
  }
}

void check_numbers(const char *name, const int64_t *numbers, int64_t count, int64_t least,
                   int64_t most) {
  for (int64_t i = 0; i < count; ++i) {
    if (numbers[i] < least || numbers[i] > most) {
      require_range((std::string(name) + "[" + std::to_string(i) + "]").c_str(), numbers[i], least,
                    most);
    }
  }
}

}  // namespace sgconv::cuda
