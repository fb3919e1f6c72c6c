// Launches that cannot go unchecked.
#pragma once

#include <cstddef>

#include "cuda/device/device.h"
#include "cuda/policy/policy.h"

namespace sgconv::cuda {

// Throws Failure(SGCONV_DEVICE) that names `what` unless `error` is cudaSuccess.
void check_device_call(cudaError_t error, const char *what);

// Throws Failure(SGCONV_DEVICE) that names the CUDA kernel and its configuration.
void check_launch(cudaError_t error, const char *name, const RowGrid &shape, std::size_t shared);

// Lets launches of a CUDA kernel on the current device have this much dynamic shared memory, and
// asks for as many blocks on a multiprocessor as their shared memory allows: once a device and
// kernel, for all threads. Throws as check_device_call does; then the next call tries again.
// `most_shared`: of any launch of this CUDA kernel, because what is set for one counts for those of
// other threads.
void allow_shared(const char *name, const void *kernel, std::size_t most_shared);

template <class Arguments>
void allow_shared(const char *name, void (*kernel)(Arguments), std::size_t most_shared) {
  allow_shared(name, reinterpret_cast<const void *>(kernel), most_shared);
}

// When a launch's blocks begin.
enum class Begin {
  kAfter,  // when the launch before has ended
  kEarly,  // on devices that can, when the last blocks of the launch before have a place; of CUDA
           // kernels that call await_previous
};

#if !defined(SGCONV_EMULATED)
// One CUDA kernel with its only argument, as the runtime takes it.
cudaError_t submit(const void *kernel, const RowGrid &shape, void *stream, void *argument,
                   std::size_t shared, Begin begin);
#endif

// All our CUDA kernels take one struct by value. Where `shared` is not 0, allow_shared came before.
template <class Arguments>
void launch(const char *name, void (*kernel)(Arguments), const RowGrid &shape, void *stream,
            const Arguments &arguments, std::size_t shared = 0, Begin begin = Begin::kAfter) {
#if defined(SGCONV_EMULATED)
  const cudaError_t error = emulation::launch(
      {name, reinterpret_cast<const void *>(kernel), shape.grid, shape.block, shared,
       static_cast<cudaStream_t>(stream), [kernel, arguments] { kernel(arguments); }, &arguments,
       sizeof arguments, begin == Begin::kEarly});
#else
  const cudaError_t error = submit(reinterpret_cast<const void *>(kernel), shape, stream,
                                   const_cast<Arguments *>(&arguments), shared, begin);
#endif
  check_launch(error, name, shape, shared);
}

}  // namespace sgconv::cuda
