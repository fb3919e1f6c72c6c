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

#if defined(__CUDACC__)
// The bits that lie at an address, read once. (For 16 bits the compiler would put an instruction
// behind the load that widens them, and waits for it.)
__device__ __forceinline__ uint32_t bits_of(const uint32_t *address) { return __ldcs(address); }
__device__ __forceinline__ uint32_t bits_of(const uint16_t *address) {
  uint32_t bits;
  asm volatile("ld.global.cs.u16 %0, [%1];" : "=r"(bits) : "l"(__cvta_generic_to_global(address)));
  return bits;
}
#endif
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

namespace sgconv::cuda {
// By all threads of a CUDA kernel that is launched with Begin::kEarly. Waits until the launch
// before this one has ended and what it wrote is there; then the launch behind this one may begin.
// So all launches but the one before had ended when this one began.
__device__ __forceinline__ void await_previous() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;\n\tgriddepcontrol.launch_dependents;" ::: "memory");
#endif
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
// The compiler takes this 32-bit integer for a new one: what depends on it is computed where it is
// needed, not kept in registers over a loop.
#define SGCONV_ANEW(value) asm volatile("" : "+r"(value))
// What is loaded after this is not loaded together with what is loaded before. By all threads of a
// warp.
#define SGCONV_LOAD_LATER() asm volatile("bar.warp.sync 0xffffffff;" ::: "memory")
#endif
