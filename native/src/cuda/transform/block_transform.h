// A transform of N complex numbers by one group of threads, R numbers a thread, in the ring
// x^N = i. Decimation in frequency forward and in time back: the spectrum stays in the order that
// forward leaves it in, [register][thread]. A thread writes only where it has just read, so that
// one barrier an exchange suffices; two transforms of one direction in a row need `turn_round`.
//
// The top pass has radix R and leaves R sequences of length N / R, a power of two, which radices of
// `kRadix` and less take apart: neighbouring threads work on `kCopies` sequences at once.
//
// Roots of unity are made once a block and stay in shared memory: a compiler that sees them
// computed in both directions keeps them in registers, of which there are none to spare.
#pragma once

#include "cuda/policy/shapes.h"
#include "cuda/transform/scale.h"
#include "cuda/transform/small_dft.h"

namespace sgconv::cuda {

// Spread: the threads of a row are spread over the warps of the block, so that no exchange is a
// warp's own affair.
template <int N, bool Spread = false>
struct BlockTransform {
  static constexpr int kN = N;
  static constexpr int kR = shapes::numbers_of_thread(N);
  static constexpr std::size_t kCount = std::size_t{kR};
  static constexpr int kRadix = shapes::radix(N);
  static constexpr int kCopies = kR / kRadix;
  static constexpr int kThreads = N / kR;  // that share a row
  // One number of padding in so many keeps a half-warp's accesses in different banks.
  static constexpr int kLogPadding = shapes::log_padding(kRadix);
  static constexpr int kPadding = 1 << kLogPadding;
  static constexpr int kShared = N + N / kPadding;  // complex numbers
  static constexpr int kTopBits = kR > 16 ? 5 : 4;  // of numbers below kR
  static constexpr int kBits = kRadix > 16 ? 5 : kRadix > 8 ? 4 : 3;

  // Where the roots for a pass of sequences of this length begin: at the top kTopBits + 1 for each
  // thread, below kBits for each t < length / kRadix.
  static __device__ constexpr int roots_before(int length) {
    int result = length == N ? 0 : (kTopBits + 1) * kThreads;
    for (int above = kThreads; length != N && above > length; above /= kRadix) {
      result += kBits * (above / kRadix);
    }
    return result;
  }
  static constexpr int kRoots = roots_before(kRadix);

  static_assert((kThreads & (kThreads - 1)) == 0 && kThreads % kPadding == 0);

  // Shared memory of the row; the block's roots; the thread's number in its row.
  Complex *shared;
  const Complex *roots;
  int thread;

  // Made by all threads of a block, which then need a barrier.
  static __device__ __forceinline__ void make_roots(Complex *roots) {
    fill<N, kR, kTopBits>(roots);
  }

  // x[r] is number thread + r * kThreads.
  __device__ __forceinline__ void forward(Complex (&x)[kCount]) const {
    // w_{t + T r} = w_t exp(i pi r / 2R): the part that depends on r.
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = x[r] * ring_root(r);
    }
    down(x);
  }

  // The same of real numbers.
  __device__ __forceinline__ void forward(const float (&values)[kCount],
                                          Complex (&x)[kCount]) const {
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = {values[r] * ring_root(r).re, values[r] * ring_root(r).im};
    }
    down(x);
  }

  __device__ __forceinline__ void inverse(Complex (&x)[kCount]) const {
    up(x);
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = conjugate_times(ring_root(r), x[r]);
    }
  }

  // Between two transforms of one direction.
  __device__ __forceinline__ void turn_round() const { barrier<kThreads>(); }

  // forward's x[r] is coefficient first_frequency() + frequency_step(r).
  __device__ __forceinline__ int first_frequency() const {
    return frequency(thread / kGroup * kCopies * kThreads + thread % kGroup * kRadix);
  }
  static __device__ constexpr int frequency_step(int r) {
    return frequency(r / kRadix * kThreads + r % kRadix);
  }

 private:
  // exp(i pi r / 2R)
  static __device__ __forceinline__ Complex ring_root(int r) { return root<4 * kR, 1>(r); }

  static __device__ __forceinline__ constexpr int padded(int address) {
    return address + (address >> kLogPadding);
  }

  // Number `offset` of those that follow `first`, padded. The padding of a sum is the sum of the
  // paddings wherever this is called, so that only `first` is computed at run time.
  __device__ __forceinline__ Complex &at(int first, int offset) const {
    return shared[first + padded(offset)];
  }

  static constexpr int kGroup = kThreads / kRadix;  // threads that share kCopies sequences

  // Where this thread's first number lies above a pass of sequences of this length; number j of
  // copy s is at s * kThreads + j * Length / kRadix from there.
  template <int Length>
  __device__ __forceinline__ int above() const {
    constexpr int kPart = Length / kRadix;
    const int of_group = thread / kGroup * kCopies * kThreads;
    const int in_group = thread % kGroup;
    return padded(of_group + in_group / kPart * Length + in_group % kPart);
  }
  // The last pass: neighbouring numbers.
  __device__ __forceinline__ int last() const {
    return padded(thread / kGroup * kCopies * kThreads + thread % kGroup * kRadix);
  }

  // Of groups of so many neighbouring threads, a power of two.
  template <int Threads>
  static __device__ __forceinline__ void barrier() {
    if constexpr (Threads <= 32 && !Spread) {
      __syncwarp();
    } else {
      __syncthreads();
    }
  }

  // Which coefficient ends up at this place: the passes' digits, reversed.
  static __device__ constexpr int frequency(int place) {
    int result = place / kThreads;
    int rest = place % kThreads;
    int weight = kR;
    for (int length = kThreads; length > kRadix; length /= kRadix) {
      result += weight * (rest / (length / kRadix));
      rest %= length / kRadix;
      weight *= kRadix;
    }
    return result + weight * rest;
  }

  // exp(i pi numerator * scale / Length): exact products for powers of two, else rounded once.
  template <int Length>
  static __device__ __forceinline__ Complex turned(int numerator, float scale) {
    const float n = static_cast<float>(numerator) * scale;
    constexpr double kExact = 1.0 / Length;
    constexpr float kHigh = static_cast<float>(kExact);
    constexpr float kLow = static_cast<float>(kExact - static_cast<double>(kHigh));
    const float turn = Length % 3 == 0 ? fmaf(n, kHigh, n * kLow) : n * kHigh;
    Complex result;
    sincospif(turn, &result.im, &result.re);
    return result;
  }

  // Roots of a pass and of those below.
  template <int Length, int Radix, int Bits>
  static __device__ __forceinline__ void fill(Complex *all) {
    constexpr int kPart = Length / Radix;
    Complex *const table = all + roots_before(Length);
    const int step = static_cast<int>(blockDim.x);
    for (int i = static_cast<int>(threadIdx.x); i < Bits * kPart; i += step) {
      table[i] = turned<Length>(((i % kPart) << (i / kPart)) % Length, -2.0f);
    }
    if constexpr (Length == N) {
      for (int t = static_cast<int>(threadIdx.x); t < kPart; t += step) {
        table[Bits * kPart + t] = turned<N>(t, 0.5f);
      }
    }
    if constexpr (kPart > kRadix) {
      fill<kPart, kRadix, kBits>(all);
    }
  }

  // Factors of a pass, times w_t at the top.
  template <int Radix, int Length, bool Conjugate>
  __device__ __forceinline__ void twiddle(Complex (&x)[kCount], int t) const {
    constexpr int kCountOfBits = Length == N ? kTopBits : kBits;
    constexpr int kPart = Length / Radix;
    const Complex *const table = roots + roots_before(Length) + t;
    Complex factors[std::size_t{kCountOfBits}];
#pragma unroll
    for (int bit = 0; bit < kCountOfBits; ++bit) {
      factors[bit] = table[bit * kPart];
    }
    const Complex twist = Length == N ? table[kTopBits * kPart] : Complex{1.0f, 0.0f};
    scale_by_bits<kR, Radix, kCountOfBits - 1, 0, Length != N, Conjugate>(x, factors, twist);
  }

  __device__ __forceinline__ void down(Complex (&x)[kCount]) const {
    small_dft<kR, -1>(x);
    twiddle<kR, N, false>(x, thread);
    const int first = padded(thread);
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      at(first, r * kThreads) = x[r];
    }
    barrier<kThreads>();
    below<kThreads>(x);
    down_from<kThreads>(x);
  }

  // Takes up the numbers for a pass of sequences of this length ...
  template <int Length>
  __device__ __forceinline__ void below(Complex (&x)[kCount]) const {
    constexpr int kStep = Length > kRadix ? Length / kRadix : 1;
    const int first = first_below<Length>();
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = at(first, r / kRadix * kThreads + r % kRadix * kStep);
    }
  }
  // ... and puts them down.
  template <int Length>
  __device__ __forceinline__ void put(const Complex (&x)[kCount]) const {
    constexpr int kStep = Length > kRadix ? Length / kRadix : 1;
    const int first = first_below<Length>();
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      at(first, r / kRadix * kThreads + r % kRadix * kStep) = x[r];
    }
  }
  template <int Length>
  __device__ __forceinline__ int first_below() const {
    if constexpr (Length > kRadix) {
      return above<Length>();
    } else {
      return last();
    }
  }

  template <int Length>
  __device__ __forceinline__ void down_from(Complex (&x)[kCount]) const {
    if constexpr (Length <= kRadix) {
#pragma unroll
      for (int first = 0; first < kR; first += Length) {
        small_dft<Length, -1>(x + first);
      }
    } else {
      constexpr int kPart = Length / kRadix;
#pragma unroll
      for (int first = 0; first < kR; first += kRadix) {
        small_dft<kRadix, -1>(x + first);
      }
      twiddle<kRadix, Length, false>(x, thread % kPart);
      put<Length>(x);
      barrier<kPart>();
      below<kPart>(x);
      down_from<kPart>(x);
    }
  }

  template <int Length>
  __device__ __forceinline__ void up_to(Complex (&x)[kCount]) const {
    if constexpr (Length <= kRadix) {
#pragma unroll
      for (int first = 0; first < kR; first += Length) {
        small_dft<Length, 1>(x + first);
      }
    } else {
      constexpr int kPart = Length / kRadix;
      up_to<kPart>(x);
      put<kPart>(x);
      barrier<kPart>();
      below<Length>(x);
      twiddle<kRadix, Length, true>(x, thread % kPart);
#pragma unroll
      for (int first = 0; first < kR; first += kRadix) {
        small_dft<kRadix, 1>(x + first);
      }
    }
  }

  __device__ __forceinline__ void up(Complex (&x)[kCount]) const {
    up_to<kThreads>(x);
    put<kThreads>(x);
    barrier<kThreads>();
    const int first = padded(thread);
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = at(first, r * kThreads);
    }
    twiddle<kR, N, true>(x, thread);
    small_dft<kR, 1>(x);
  }
};

}  // namespace sgconv::cuda
