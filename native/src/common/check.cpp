#include "common/check.h"

#include <string>

#include "common/error.h"

namespace sgconv {
namespace {

// Elements of four bytes: beyond this no array fits in an address space of 64 bits.
constexpr std::int64_t kMostElements = INT64_MAX / 16;

[[noreturn]] void invalid(const std::string &text) { throw Failure(SGCONV_INVALID_ARGUMENT, text); }

}  // namespace

void require_pointer(const void *pointer, const char *name) {
  if (pointer == nullptr) invalid(std::string(name) + " is NULL; pass a valid pointer");
}

void require_null(const void *pointer, const char *name, const char *reason) {
  if (pointer != nullptr) invalid(std::string(name) + " must be NULL: " + reason);
}

void require_at_least(std::int64_t value, std::int64_t least, const char *name) {
  if (value < least) {
    invalid(std::string(name) + " = " + std::to_string(value) + ", expected at least " +
            std::to_string(least));
  }
}

void require_between(std::int64_t value, std::int64_t least, std::int64_t most, const char *name) {
  if (value < least || value > most) {
    invalid(std::string(name) + " = " + std::to_string(value) + ", expected " +
            std::to_string(least) + " to " + std::to_string(most));
  }
}

void require_aligned(const void *pointer, std::uintptr_t alignment, const char *name) {
  if (reinterpret_cast<std::uintptr_t>(pointer) % alignment != 0) {
    invalid(std::string(name) + " is not aligned; expected an address divisible by " +
            std::to_string(alignment));
  }
}

std::int64_t checked_product(std::initializer_list<std::int64_t> sizes, const char *name) {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes) {
    if (__builtin_mul_overflow(product, size, &product) || product > kMostElements) {
      invalid(std::string(name) + " would have more than " + std::to_string(kMostElements) +
              " elements; use smaller sizes");
    }
  }
  return product;
}

}  // namespace sgconv
