#include "common/error.h"

#include <cstring>

namespace sgconv {
namespace {

// Fixed storage: reporting a failure must not allocate. Longer texts are cut.
thread_local char text_of_last_error[512] = "";

}  // namespace

const char *last_error() noexcept { return text_of_last_error; }

void set_last_error(const char *text) noexcept {
  std::strncpy(text_of_last_error, text, sizeof text_of_last_error - 1);
  text_of_last_error[sizeof text_of_last_error - 1] = '\0';
}

}  // namespace sgconv
