#include "common/check.h"

#include <string>

#include "common/failure.h"

namespace sgconv {
namespace {

// Elements of up to eight bytes: beyond this no array fits in an address space of 64 bits.
constexpr std::int64_t kMostElements = INT64_MAX / 16;

std::string text(std::int64_t value) { return std::to_string(value); }

}  // namespace

void require_pointer(const char *name, const void *pointer, std::size_t alignment) {
  if (pointer == nullptr) invalid(std::string(name) + " is NULL; pass a valid pointer");
  require_optional(name, pointer, alignment);
}

void require_optional(const char *name, const void *pointer, std::size_t alignment) {
  if (reinterpret_cast<std::uintptr_t>(pointer) % alignment != 0) {
    invalid(std::string(name) + " is not aligned to " + std::to_string(alignment) + " bytes");
  }
}

void require_null(const char *name, const void *pointer, const char *reason) {
  if (pointer != nullptr) invalid(std::string(name) + " must be NULL: " + reason);
}

void require_gate(const char *gradient, const void *wanted, const char *name, const void *gate) {
  if (wanted != nullptr && gate == nullptr) {
    invalid(std::string(gradient) + " is the gradient of a gate that is not there: " + name +
            " is NULL; pass " + name + ", or NULL for " + gradient);
  }
}

void require_at_least(const char *name, std::int64_t value, std::int64_t least) {
  if (value < least) {
    invalid(std::string(name) + " = " + text(value) + ", expected at least " + text(least));
  }
}

void require_range(const char *name, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) {
    invalid(std::string(name) + " = " + text(value) + ", expected " + text(least) + " to " +
            text(most));
  }
}

std::int64_t checked_product(const char *name, std::initializer_list<std::int64_t> sizes) {
  std::int64_t product = 1;
  for (const std::int64_t size : sizes) {
    if (__builtin_mul_overflow(product, size, &product) || product > kMostElements) {
      invalid(std::string(name) + " would have more than " + text(kMostElements) +
              " elements; use smaller sizes");
    }
  }
  return product;
}

}  // namespace sgconv
