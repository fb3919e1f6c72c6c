// The C boundary: no exception passes it, and each thread keeps what its last failure was.
#ifndef SGCONV_COMMON_GUARDED_H
#define SGCONV_COMMON_GUARDED_H

#include <cstdint>

#include "sgconv/status.h"

namespace sgconv {

// Text of this thread's last failure, "" before the first.
const char *last_error() noexcept;
// The cudaError_t of this thread's last SGCONV_DEVICE, 0 before the first.
std::int32_t last_device_error() noexcept;

// Inside a handler: keeps what was thrown as this thread's last failure. Returns its status.
sgconv_status remember_thrown() noexcept;

// Runs `body`; no exception leaves it.
template <class Body>
sgconv_status guarded(Body &&body) noexcept {
  try {
    body();
    return SGCONV_OK;
  } catch (...) {
    return remember_thrown();
  }
}

}  // namespace sgconv

#endif
