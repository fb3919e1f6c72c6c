// Launches that are looked at instead of done: what the host code would start on a device of any
// size, in no time and without memory.
#pragma once

#include <functional>

#include "emulation/kernel.h"

namespace sgconv::emulation {

using LaunchObserver = std::function<void(const Launch &)>;

// From now on every launch that is legal goes to `observer` and nowhere else; an empty one ends it.
SGCONV_EMULATION_API void observe_launches(LaunchObserver observer);

}  // namespace sgconv::emulation
