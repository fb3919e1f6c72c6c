#include "cuda/boundary.h"

#include <array>
#include <cstring>
#include <new>

namespace sgconv::cuda {
namespace {

struct LastFailure {
  std::array<char, 1024> text{};
  int32_t device_error = 0;
};

thread_local LastFailure last_failure;

void remember(const char *text) noexcept {
  std::strncpy(last_failure.text.data(), text, last_failure.text.size() - 1);
}

}  // namespace

void invalid(const std::string &text) { throw Failure(SGCONV_INVALID_ARGUMENT, text); }

void require_optional(const char *name, const void *pointer, std::size_t alignment) {
  if (reinterpret_cast<std::uintptr_t>(pointer) % alignment != 0) {
    invalid(std::string(name) + " is not aligned to " + std::to_string(alignment) + " bytes");
  }
}

void require_pointer(const char *name, const void *pointer, std::size_t alignment) {
  if (pointer == nullptr) {
    invalid(std::string(name) + " is NULL");
  }
  require_optional(name, pointer, alignment);
}

void require_range(const char *name, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high) {
    invalid(std::string(name) + " = " + std::to_string(value) + ", expected " +
            std::to_string(low) + " to " + std::to_string(high));
  }
}

int64_t product(const char *name, int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) {
    invalid(std::string(name) + " has more than 2^63 elements");
  }
  return result;
}

sgconv_status report(const std::exception *failure) noexcept {
  if (failure == nullptr) {
    remember("unknown C++ exception");
    return SGCONV_INTERNAL;
  }
  remember(failure->what());
  if (const auto *known = dynamic_cast<const Failure *>(failure)) {
    if (known->status() == SGCONV_DEVICE) {
      last_failure.device_error = known->device_error();
    }
    return known->status();
  }
  if (dynamic_cast<const std::bad_alloc *>(failure) != nullptr) {
    return SGCONV_OUT_OF_MEMORY;
  }
  return SGCONV_INTERNAL;
}

}  // namespace sgconv::cuda

const char *sgconv_cuda_last_error(void) { return sgconv::cuda::last_failure.text.data(); }

int32_t sgconv_cuda_last_device_error(void) { return sgconv::cuda::last_failure.device_error; }
