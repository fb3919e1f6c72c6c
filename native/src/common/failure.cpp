#include "common/failure.h"

namespace sgconv {

void invalid(std::string text) { throw Failure(SGCONV_INVALID_ARGUMENT, std::move(text)); }

}  // namespace sgconv
