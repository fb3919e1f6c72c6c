#include "common/guarded.h"

#include <cstring>
#include <exception>
#include <new>

#include "common/failure.h"

namespace sgconv {
namespace {

// Fixed storage: reporting a failure must not allocate. Longer texts are cut.
struct LastFailure {
  char text[1024];
  std::int32_t device_error;
};

thread_local LastFailure last_failure = {"", 0};

void keep(const char *text) noexcept {
  std::strncpy(last_failure.text, text, sizeof last_failure.text - 1);
  last_failure.text[sizeof last_failure.text - 1] = '\0';
}

}  // namespace

const char *last_error() noexcept { return last_failure.text; }

std::int32_t last_device_error() noexcept { return last_failure.device_error; }

sgconv_status remember_thrown() noexcept {
  try {
    throw;
  } catch (const Failure &failure) {
    keep(failure.what());
    if (failure.status() == SGCONV_DEVICE) last_failure.device_error = failure.device_error();
    return failure.status();
  } catch (const std::bad_alloc &) {
    keep("out of host memory for the library's own tables; use a shorter length");
    return SGCONV_OUT_OF_MEMORY;
  } catch (const std::exception &failure) {
    keep(failure.what());
    return SGCONV_INTERNAL;
  } catch (...) {
    keep("an exception of unknown type; this is a defect of the library");
    return SGCONV_INTERNAL;
  }
}

}  // namespace sgconv
