// What stands behind the C functions: argument checks, failures and their text.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "sgconv/cuda.h"

namespace sgconv::cuda {

// A failed call. Thrown inside the library, turned into a status at the C boundary.
class Failure : public std::runtime_error {
 public:
  Failure(sgconv_status status, const std::string &text, int32_t device_error = 0)
      : std::runtime_error(text), status_(status), device_error_(device_error) {}
  sgconv_status status() const { return status_; }
  int32_t device_error() const { return device_error_; }

 private:
  sgconv_status status_;
  int32_t device_error_;
};

[[noreturn]] void invalid(const std::string &text);

void require_pointer(const char *name, const void *pointer, std::size_t alignment);
void require_optional(const char *name, const void *pointer, std::size_t alignment);
// low <= value <= high, or an error that names the value.
void require_range(const char *name, int64_t value, int64_t low, int64_t high);
// a * b, or an error that names what overflowed.
int64_t product(const char *name, int64_t a, int64_t b);

// Runs `body` and reports what it threw.
sgconv_status report(const std::exception *failure) noexcept;

template <class Body>
sgconv_status guarded(Body &&body) noexcept {
  try {
    body();
    return SGCONV_OK;
  } catch (const std::exception &failure) {
    return report(&failure);
  } catch (...) {
    return report(nullptr);
  }
}

}  // namespace sgconv::cuda
