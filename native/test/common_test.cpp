// The boundary of all native libraries: what is refused, in which words, and what is remembered.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include "common/check.h"
#include "common/failure.h"
#include "common/geometry.h"
#include "common/guarded.h"

namespace {

int failures = 0;

template <class Body>
void expect(sgconv_status status, const std::string &text, Body &&body) {
  const sgconv_status found = sgconv::guarded(body);
  if (found == status && (status == SGCONV_OK || text == sgconv::last_error())) return;
  ++failures;
  std::printf("FAILED: status %d, expected %d; text '%s', expected '%s'\n", found, status,
              sgconv::last_error(), text.c_str());
}

template <class Body>
void refuse(const std::string &text, Body &&body) {
  expect(SGCONV_INVALID_ARGUMENT, text, body);
}

void exceptions() {
  expect(SGCONV_OK, "", [] {});
  expect(SGCONV_DEVICE, "cudaMalloc",
         [] { throw sgconv::Failure(SGCONV_DEVICE, "cudaMalloc", 2); });
  // Stays until the next failure of a device.
  expect(SGCONV_INTERNAL, "a defect", [] { throw std::logic_error("a defect"); });
  if (sgconv::last_device_error() != 2) {
    ++failures;
    std::printf("FAILED: device error %d, expected 2\n", sgconv::last_device_error());
  }
  expect(SGCONV_OUT_OF_MEMORY,
         "out of host memory for the library's own tables; use a shorter length",
         [] { throw std::bad_alloc(); });
  expect(SGCONV_INTERNAL, "an exception of unknown type; this is a defect of the library",
         [] { throw 7; });
  expect(SGCONV_UNSUPPORTED, std::string(1023, 'x'),
         [] { throw sgconv::Failure(SGCONV_UNSUPPORTED, std::string(5000, 'x')); });
  std::thread other([] {
    if (std::strcmp(sgconv::last_error(), "") == 0 && sgconv::last_device_error() == 0) return;
    ++failures;
    std::printf("FAILED: a thread sees another's failure\n");
  });
  other.join();
}

void arguments() {
  const float value = 0.0f;
  const char *const bytes = reinterpret_cast<const char *>(&value);
  refuse("u is NULL; pass a valid pointer",
         [] { sgconv::require_pointer("u", static_cast<const float *>(nullptr)); });
  refuse("u is not aligned to 8 bytes", [&] { sgconv::require_pointer("u", bytes + 1, 8); });
  refuse("pre is not aligned to 4 bytes",
         [&] { sgconv::require_optional("pre", reinterpret_cast<const float *>(bytes + 1)); });
  expect(SGCONV_OK, "", [] { sgconv::require_optional("pre", nullptr, 64); });
  refuse("grad_decay must be NULL: it is fixed",
         [&] { sgconv::require_null("grad_decay", &value, "it is fixed"); });
  refuse(
      "dpre is the gradient of a gate that is not there: pre is NULL; pass pre, or NULL for dpre",
      [&] { sgconv::require_gate("dpre", &value, "pre", nullptr); });
  expect(SGCONV_OK, "", [] { sgconv::require_gate("dpre", nullptr, "pre", nullptr); });
  refuse("batch = 0, expected at least 1", [] { sgconv::require_at_least("batch", 0, 1); });
  refuse("head = 2, expected 0 to 1", [] { sgconv::require_range("head", 2, 0, 1); });
  refuse("y would have more than 576460752303423487 elements; use smaller sizes", [] {
    sgconv::checked_product("y", {INT64_C(1) << 30, INT64_C(1) << 30});
  });
}

void geometries() {
  const sgconv_kernel_geometry kernel = {
      1, 1, 2, 2, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_GEOMETRIC, 0};
  const auto refuse_kernel = [&](const std::string &text, auto change) {
    sgconv_kernel_geometry g = kernel;
    change(g);
    refuse(text, [&] { sgconv::check_geometry("kernel_geometry", &g); });
  };
  refuse_kernel("kernel_geometry.dim = 0, expected at least 1", [](auto &g) { g.dim = 0; });
  refuse_kernel("kernel_geometry.scales = 65, expected 1 to 64", [](auto &g) { g.scales = 65; });
  refuse_kernel("kernel_geometry.decay = 2, expected 0 to 1", [](auto &g) { g.decay = 2; });
  refuse_kernel(
      "full kernel length dim * 2^(scales - 1 + init_scale) with dim = 2, scales = 57, "
      "init_scale = 0 exceeds 2^56; use fewer scales",
      [](auto &g) { g.scales = 57; });
  expect(SGCONV_OK, "", [&] { sgconv::check_geometry("kernel_geometry", &kernel); });
  refuse("length = 0, expected 1 to 1099511627776", [&] { sgconv::check_synthesized(kernel, 0); });

  const sgconv_convolution_geometry convolution = {1, 1, 16, 16, SGCONV_CAUSAL, 0};
  const auto refuse_convolution = [&](const std::string &text, auto change) {
    sgconv_convolution_geometry g = convolution;
    change(g);
    refuse(text, [&] { sgconv::check_geometry("geometry", &g); });
  };
  refuse_convolution("geometry.heads = -3, expected at least 1", [](auto &g) { g.heads = -3; });
  refuse_convolution("geometry.length = 0, expected 1 to 1099511627776",
                     [](auto &g) { g.length = 0; });
  refuse_convolution("geometry.kernel_length = 0, expected 1 to 1099511627776",
                     [](auto &g) { g.kernel_length = 0; });
  refuse_convolution(
      "geometry.kernel_length = 17, expected 1 to 16: a circular kernel is at most as long as its "
      "period",
      [](auto &g) {
        g.kernel_length = 17;
        g.mode = SGCONV_CIRCULAR;
      });
  refuse_convolution("geometry.mode = 4, expected 0 to 3", [](auto &g) { g.mode = 4; });
  refuse_convolution("geometry.reserved = 1, expected 0 to 0", [](auto &g) { g.reserved = 1; });
  expect(SGCONV_OK, "", [&] { sgconv::check_geometry("geometry", &convolution); });
}

void lengths() {
  sgconv_convolution_geometry g = {1, 1, 16, 40, SGCONV_BIDIRECTIONAL, 0};
  const std::int64_t samples[] = {16, 1, 0, 17};
  expect(SGCONV_OK, "", [&] { sgconv::check_lengths(g, 2, samples); });
  expect(SGCONV_OK, "", [&] { sgconv::check_lengths(g, 4, nullptr); });
  refuse("lengths[2] = 0, expected 1 to 16", [&] { sgconv::check_lengths(g, 4, samples); });
  refuse("lengths[0] = 17, expected 1 to 16", [&] { sgconv::check_lengths(g, 1, samples + 3); });
  g.mode = SGCONV_CIRCULAR;
  refuse("lengths must be NULL: rows of a circular convolution have one length, its period",
         [&] { sgconv::check_lengths(g, 1, samples); });
}

}  // namespace

int main() {
  exceptions();
  arguments();
  geometries();
  lengths();
  return failures == 0 ? 0 : 1;
}
