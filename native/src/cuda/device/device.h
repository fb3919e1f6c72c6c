// The CUDA language as our kernels use it: from nvcc, or from the emulated device.
#pragma once

#if defined(SGCONV_EMULATED)
#include "emulation/kernel.h"
#else
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <cstring>

namespace sgconv::cuda {
using bfloat16 = __nv_bfloat16;
using float16 = __half;

__device__ __forceinline__ float to_float(float value) { return value; }
__device__ __forceinline__ float to_float(bfloat16 value) { return __bfloat162float(value); }
__device__ __forceinline__ float to_float(float16 value) { return __half2float(value); }

template <class T>
__device__ __forceinline__ T from_float(float value);
template <>
__device__ __forceinline__ float from_float<float>(float value) {
  return value;
}
template <>
__device__ __forceinline__ bfloat16 from_float<bfloat16>(float value) {
  return __float2bfloat16_rn(value);
}
template <>
__device__ __forceinline__ float16 from_float<float16>(float value) {
  return __float2half_rn(value);
}

// From a number's bits, of which a type of 16 has the lower half.
template <class T>
__device__ __forceinline__ T from_bits(uint32_t bits);
template <>
__device__ __forceinline__ float from_bits<float>(uint32_t bits) {
  float value;  // the host's compiler, which knows no __uint_as_float, reads this too
  memcpy(&value, &bits, sizeof value);
  return value;
}
template <>
__device__ __forceinline__ bfloat16 from_bits<bfloat16>(uint32_t bits) {
  return __ushort_as_bfloat16(static_cast<unsigned short>(bits));
}
template <>
__device__ __forceinline__ float16 from_bits<float16>(uint32_t bits) {
  return __ushort_as_half(static_cast<unsigned short>(bits));
}
}  // namespace sgconv::cuda

// A block's array in shared memory.
#define SGCONV_SHARED(type, name, count) __shared__ type name[count]
// The block's dynamic shared memory, of the size that the launch gives.
#define SGCONV_DYNAMIC_SHARED(type, name)                                \
  extern __shared__ __align__(16) unsigned char sgconv_dynamic_shared[]; \
  type *const name = reinterpret_cast<type *>(sgconv_dynamic_shared)
// The address is about to be read or written as one object of its type.
#define SGCONV_ACCESS(pointer) (pointer)
#endif
