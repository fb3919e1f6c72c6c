// Failures of a C library of ours: thrown inside, turned into a status and a text at the C
// boundary.
#ifndef SGCONV_COMMON_ERROR_H
#define SGCONV_COMMON_ERROR_H

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "sgconv/status.h"

namespace sgconv {

class Failure final : public std::exception {
 public:
  Failure(sgconv_status status, std::string text) : status_(status), text_(std::move(text)) {}
  sgconv_status status() const noexcept { return status_; }
  const char *what() const noexcept override { return text_.c_str(); }

 private:
  sgconv_status status_;
  std::string text_;
};

// Text of this thread's last failure.
const char *last_error() noexcept;
void set_last_error(const char *text) noexcept;

// Runs `body`; no exception leaves it.
template <class Body>
sgconv_status guarded(Body &&body) noexcept {
  try {
    body();
    return SGCONV_OK;
  } catch (const Failure &failure) {
    set_last_error(failure.what());
    return failure.status();
  } catch (const std::bad_alloc &) {
    set_last_error("out of host memory for the library's own tables; use a shorter length");
    return SGCONV_OUT_OF_MEMORY;
  } catch (const std::exception &failure) {
    set_last_error(failure.what());
    return SGCONV_INTERNAL;
  } catch (...) {
    set_last_error("an exception of unknown type; this is a defect of the library");
    return SGCONV_INTERNAL;
  }
}

}  // namespace sgconv

#endif
