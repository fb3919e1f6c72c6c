// A failed call: thrown inside a library of ours, turned into a status and a text at the C
// boundary.
#ifndef SGCONV_COMMON_FAILURE_H
#define SGCONV_COMMON_FAILURE_H

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "sgconv/status.h"

namespace sgconv {

class Failure final : public std::exception {
 public:
  // `device_error`: what the CUDA call behind a SGCONV_DEVICE returned, a cudaError_t.
  Failure(sgconv_status status, std::string text, std::int32_t device_error = 0)
      : status_(status), text_(std::move(text)), device_error_(device_error) {}
  sgconv_status status() const noexcept { return status_; }
  const char *what() const noexcept override { return text_.c_str(); }
  std::int32_t device_error() const noexcept { return device_error_; }

 private:
  sgconv_status status_;
  std::string text_;
  std::int32_t device_error_;
};

// Throws SGCONV_INVALID_ARGUMENT.
[[noreturn]] void invalid(std::string text);

}  // namespace sgconv

#endif
