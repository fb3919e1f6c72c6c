// Launches that cannot go unchecked.
#pragma once

#include <cstddef>

#include "cuda/device.h"
#include "cuda/policy.h"

namespace sgconv::cuda {

// Dynamic shared memory that a launch gets without asking.
constexpr std::size_t kDefaultShared = 48 * 1024;

// Throws Failure(SGCONV_DEVICE) that names `what` unless `error` is cudaSuccess.
void check_device_call(cudaError_t error, const char *what);

// Throws Failure(SGCONV_DEVICE) that names the CUDA kernel and its configuration.
void check_launch(cudaError_t error, const char *name, const RowGrid &shape, std::size_t shared);

// All our CUDA kernels take one struct by value. `most_shared`: of any launch of this CUDA kernel,
// because what is set for one counts for those of other threads.
template <class Arguments>
void launch(const char *name, void (*kernel)(Arguments), const RowGrid &shape, void *stream,
            const Arguments &arguments, std::size_t shared, std::size_t most_shared) {
  if (most_shared > kDefaultShared) {
    check_device_call(cudaFuncSetAttribute(reinterpret_cast<const void *>(kernel),
                                           cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(most_shared)),
                      name);
  }
#if defined(SGCONV_EMULATED)
  const cudaError_t error = emulation::launch(
      {name, reinterpret_cast<const void *>(kernel), shape.grid, shape.block, shared,
       static_cast<cudaStream_t>(stream), [kernel, arguments] { kernel(arguments); }});
#else
  void *pointers[] = {const_cast<Arguments *>(&arguments)};
  const cudaError_t error =
      cudaLaunchKernel(reinterpret_cast<const void *>(kernel), shape.grid, shape.block, pointers,
                       shared, static_cast<cudaStream_t>(stream));
#endif
  check_launch(error, name, shape, shared);
}

template <class Arguments>
void launch(const char *name, void (*kernel)(Arguments), const RowGrid &shape, void *stream,
            const Arguments &arguments, std::size_t shared = 0) {
  launch(name, kernel, shape, stream, arguments, shared, shared);
}

}  // namespace sgconv::cuda
