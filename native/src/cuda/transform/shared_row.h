// The shared memory through which the threads of a row exchange numbers.
#pragma once

#include "cuda/device/complex.h"
#include "cuda/transform/exact.h"

namespace sgconv::cuda {

// How the threads of a row exchange numbers.
enum class Exchange {
  kNear,    // neighbours of a row are neighbours in the block: those of a warp wait for it alone
  kSpread,  // the threads of a row are spread over the warps of the block
  kHalves,  // as kNear, but real parts first and then the imaginary ones: half the shared memory
};

// One number of padding in 2^LogPadding keeps accesses that go together (of a half-warp, or with
// halves of a warp) in different banks.
template <int N, int Threads, int LogPadding, Exchange Way>
struct SharedRow {
  static constexpr int kThreads = Threads;  // that share a row
  static constexpr int kNumbers = N + (N >> LogPadding);
  // Complex numbers.
  static constexpr int kShared = Way == Exchange::kHalves ? (kNumbers + 1) / 2 : kNumbers;
  static_assert(Threads % (1 << LogPadding) == 0);

  // Shared memory of the row; the block's roots; the thread's number in its row.
  Complex *shared;
  const Turned *roots;
  int thread;

  // Between two transforms of one direction.
  __device__ __forceinline__ void turn_round() const { barrier<Threads>(); }

 protected:
  // By all threads of a block.
  template <int Count>
  static __device__ __forceinline__ void copy_roots(const Turned *table, Turned *roots) {
    for (int i = static_cast<int>(threadIdx.x); i < Count; i += static_cast<int>(blockDim.x)) {
      roots[i] = table[i];
    }
  }

  static __device__ __forceinline__ constexpr int padded(int address) {
    return address + (address >> LogPadding);
  }

  // Within groups of so many neighbouring threads, a power of two: x[r] goes To(r) numbers after
  // the padded place `to` and comes from where another thread put it, From(r) after `from`. The
  // padding of a sum is the sum of the paddings wherever this is called, so that only these two
  // places are computed at run time.
  template <int Group, int (*To)(int), int (*From)(int), std::size_t Count>
  __device__ __forceinline__ void exchange(int to, int from, Complex (&x)[Count]) const {
    constexpr int kCount = static_cast<int>(Count);
    if constexpr (Way == Exchange::kHalves) {
      auto *const numbers = reinterpret_cast<float *>(shared);
#pragma unroll
      for (int r = 0; r < kCount; ++r) {
        numbers[to + padded(To(r))] = x[r].re;
      }
      barrier<Group>();
#pragma unroll
      for (int r = 0; r < kCount; ++r) {
        x[r].re = numbers[from + padded(From(r))];
      }
      barrier<Group>();
#pragma unroll
      for (int r = 0; r < kCount; ++r) {
        numbers[to + padded(To(r))] = x[r].im;
      }
      barrier<Group>();
#pragma unroll
      for (int r = 0; r < kCount; ++r) {
        x[r].im = numbers[from + padded(From(r))];
      }
    } else {
#pragma unroll
      for (int r = 0; r < kCount; ++r) {
        shared[to + padded(To(r))] = x[r];
      }
      barrier<Group>();
#pragma unroll
      for (int r = 0; r < kCount; ++r) {
        x[r] = shared[from + padded(From(r))];
      }
    }
  }

 private:
  template <int Group>
  static __device__ __forceinline__ void barrier() {
    if constexpr (Group <= 32 && Way != Exchange::kSpread) {
      __syncwarp();
    } else {
      __syncthreads();
    }
  }
};

}  // namespace sgconv::cuda
