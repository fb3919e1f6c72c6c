// The CUDA language for kernel sources that the host compiler compiles: each CUDA thread is a
// fiber.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "emulation/export.h"
#include "emulation/runtime_api.h"

namespace sgconv::emulation {

struct Index {
  unsigned x, y, z;
};

// Of the fiber that runs now.
SGCONV_EMULATION_API extern Index current_thread;
SGCONV_EMULATION_API extern Index current_block;
SGCONV_EMULATION_API extern dim3 block_size;
SGCONV_EMULATION_API extern dim3 grid_size;

// A place in a kernel source.
struct Site {
  const char *file;
  int line;
};

struct Launch {
  const char *name;
  const void *function;
  dim3 grid, block;
  std::size_t dynamic_shared;
  cudaStream_t stream;
  std::function<void()> body;  // one CUDA thread
  // What the CUDA kernel is given, as bytes.
  const void *arguments = nullptr;
  std::size_t argument_bytes = 0;
  bool early = false;  // each thread must call await_previous
};

SGCONV_EMULATION_API cudaError_t launch(Launch launch);

// Barriers and exchanges: all threads of the block or warp must come to the same place.
SGCONV_EMULATION_API void block_barrier(Site site);
SGCONV_EMULATION_API void warp_barrier(unsigned mask, Site site);
SGCONV_EMULATION_API std::uint64_t exchange(unsigned mask, std::uint64_t value, unsigned lane,
                                            Site site);
SGCONV_EMULATION_API unsigned lane_of_current();
// Launches end one after another here: there is nothing to wait for, but that it is done is noted.
SGCONV_EMULATION_API void await_previous();

// The block's array declared at `site`, poisoned when the block starts.
SGCONV_EMULATION_API void *shared_array(std::size_t bytes, std::size_t alignment, Site site);
SGCONV_EMULATION_API void *dynamic_shared();

// Ends the launch with cudaErrorMisalignedAddress.
[[noreturn]] SGCONV_EMULATION_API void misaligned(const void *address, std::size_t alignment);

template <class T>
T *aligned_access(T *pointer) {
  if (reinterpret_cast<std::uintptr_t>(pointer) % alignof(T) != 0) {
    misaligned(pointer, alignof(T));
  }
  return pointer;
}

template <class T>
T exchanged(unsigned mask, T value, unsigned lane, Site site) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  if constexpr (sizeof(T) == 4) {
    return std::bit_cast<T>(static_cast<std::uint32_t>(
        exchange(mask, std::bit_cast<std::uint32_t>(value), lane, site)));
  } else {
    return std::bit_cast<T>(exchange(mask, std::bit_cast<std::uint64_t>(value), lane, site));
  }
}

}  // namespace sgconv::emulation

namespace sgconv::cuda {
inline void await_previous() { ::sgconv::emulation::await_previous(); }
}  // namespace sgconv::cuda

// Attributes.
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)

// Built-in variables.
#define threadIdx (::sgconv::emulation::current_thread)
#define blockIdx (::sgconv::emulation::current_block)
#define blockDim (::sgconv::emulation::block_size)
#define gridDim (::sgconv::emulation::grid_size)

// Barriers and shuffles. The default arguments name the place of the call.
inline void __syncthreads(const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  ::sgconv::emulation::block_barrier({file, line});
}
inline void __syncwarp(unsigned mask = 0xffffffffu, const char *file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
  ::sgconv::emulation::warp_barrier(mask, {file, line});
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, const char *file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  return ::sgconv::emulation::exchanged(
      mask, value, ::sgconv::emulation::lane_of_current() ^ static_cast<unsigned>(lanes),
      {file, line});
}
template <class T>
T __shfl_sync(unsigned mask, T value, int lane, const char *file = __builtin_FILE(),
              int line = __builtin_LINE()) {
  return ::sgconv::emulation::exchanged(mask, value, static_cast<unsigned>(lane) % 32u,
                                        {file, line});
}

// Accesses with hints for the caches, of which there are none. A hint does not change what an
// object is: bytes are copied.
template <class T>
T __ldcs(const T *from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T>
void __stcs(T *to, T value) {
  std::memcpy(to, &value, sizeof value);
}

[[noreturn]] inline void __trap() { std::abort(); }

// Arithmetic.
inline void sincospif(float x, float *sine, float *cosine) {
  constexpr double kPi = 3.14159265358979323846;
  *sine = static_cast<float>(std::sin(kPi * static_cast<double>(x)));
  *cosine = static_cast<float>(std::cos(kPi * static_cast<double>(x)));
}
inline float normcdff(float x) {
  constexpr double kRoot = 0.70710678118654752440;
  return static_cast<float>(0.5 * std::erfc(-kRoot * static_cast<double>(x)));
}
inline int __clzll(long long value) {
  return std::countl_zero(static_cast<unsigned long long>(value));
}

#define SGCONV_SHARED(type, name, count)                                    \
  type *const name = static_cast<type *>(::sgconv::emulation::shared_array( \
      sizeof(type) * static_cast<std::size_t>(count), alignof(type),        \
      ::sgconv::emulation::Site{__FILE__, __LINE__}))
#define SGCONV_DYNAMIC_SHARED(type, name) \
  type *const name = static_cast<type *>(::sgconv::emulation::dynamic_shared())
#define SGCONV_ANEW(value) static_cast<void>(value)
#define SGCONV_LOAD_LATER() static_cast<void>(0)
#define SGCONV_ACCESS(pointer) (::sgconv::emulation::aligned_access(pointer))

#include "emulation/half.h"
