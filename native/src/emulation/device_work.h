// What the emulated cuFFT and cuBLAS need of the emulated runtime.
#pragma once

#include <cstddef>
#include <functional>

#include "emulation/export.h"
#include "emulation/runtime_api.h"

namespace sgconv::emulation {

// Adds work that touches the current device's memory to a stream.
SGCONV_EMULATION_API cudaError_t submit(cudaStream_t stream, std::function<void()> work);

// Whether [address, address + size) lies in one live allocation of the current device.
SGCONV_EMULATION_API bool is_device_memory(const void *address, std::size_t size);

// Whether a capture that is under way forbids what allocates; invalidates the capture.
SGCONV_EMULATION_API bool allocation_forbidden();

}  // namespace sgconv::emulation
