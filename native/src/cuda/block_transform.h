// A transform of N = 256 ... 4096 complex numbers by one group of threads, R numbers a thread, in
// the ring x^N = i. Decimation in frequency forward and in time back: the spectrum stays in the
// order that forward leaves it in, [register][thread]. A thread writes only where it has just read,
// so that one barrier an exchange suffices.
#pragma once

#include "cuda/small_dft.h"

namespace sgconv::cuda {

template <int LogN, int LogR>
struct BlockTransform {
  static constexpr int kN = 1 << LogN;
  static constexpr int kR = 1 << LogR;
  static constexpr std::size_t kCount = std::size_t{1} << LogR;
  static constexpr int kThreads = kN / kR;           // that share a row
  static constexpr int kFloats = kN + (kN >> LogR);  // of each shared array, padded by one in R

  // Shared memory of the row; the thread's number in its row.
  float *re, *im;
  int thread;

  // x[r] is number thread + r * kThreads.
  __device__ __forceinline__ void forward(Complex (&x)[kCount]) const {
    // w_{t + T r} = w_t exp(i pi r / 2R): the part that depends on r.
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = x[r] * ring_root(r);
    }
    down<kN>(x);
  }

  __device__ __forceinline__ void inverse(Complex (&x)[kCount]) const {
    up<kN>(x);
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = conjugate_times(ring_root(r), x[r]);
    }
  }

 private:
  // exp(i pi r / 2R)
  static __device__ __forceinline__ Complex ring_root(int r) { return root<4 * kR, 1>(r); }

  static __device__ __forceinline__ int padded(int address) { return address + (address >> LogR); }

  // Where number r of this thread lies between the passes of length Length and Length / R ...
  template <int Length>
  __device__ __forceinline__ int above(int r) const {
    constexpr int kPart = Length / kR;
    return padded(thread / kPart * Length + r * kPart + thread % kPart);
  }
  // ... and which it takes up below: sequences of Length / R.
  template <int Length>
  __device__ __forceinline__ int below(int r) const {
    constexpr int kPart = Length / kR;
    if constexpr (kPart > kR) {
      constexpr int kNext = kPart / kR;
      return padded(thread / kNext * kPart + r * kNext + thread % kNext);
    } else {
      return padded(thread * kR + r);
    }
  }

  // Threads that exchange at this length: neighbours, a power of two.
  template <int Length>
  static __device__ __forceinline__ void barrier() {
    if constexpr (Length / kR <= 32) {
      __syncwarp();
    } else {
      __syncthreads();
    }
  }

  // x[k] times (or, going up, times the conjugate of) exp(-2 pi i t k / Length), times w_t at the
  // top. One factor a bit of k: no table of powers in registers. Squaring would double the error of
  // the angle each time, so every factor is computed anew.
  template <int Length, bool Conjugate>
  __device__ __forceinline__ void twiddle(Complex (&x)[kCount]) const {
    const int t = thread % (Length / kR);
#pragma unroll
    for (int bit = 0; bit < LogR; ++bit) {
      const int turn = (t << bit) % Length;
      Complex factor;
      sincospif(static_cast<float>(turn) * (-2.0f / Length), &factor.im, &factor.re);
#pragma unroll
      for (int k = 0; k < kR; ++k) {
        if ((k >> bit) % 2 == 1) {
          x[k] = Conjugate ? conjugate_times(factor, x[k]) : x[k] * factor;
        }
      }
    }
    if constexpr (Length == kN) {
      Complex twist;
      sincospif(static_cast<float>(t) * (0.5f / Length), &twist.im, &twist.re);
#pragma unroll
      for (int k = 0; k < kR; ++k) {
        x[k] = Conjugate ? conjugate_times(twist, x[k]) : x[k] * twist;
      }
    }
  }

  template <int Length>
  __device__ __forceinline__ void down(Complex (&x)[kCount]) const {
    if constexpr (Length <= kR) {
#pragma unroll
      for (int first = 0; first < kR; first += Length) {
        small_dft<Length, -1>(x + first);
      }
    } else {
      small_dft<kR, -1>(x);
      twiddle<Length, false>(x);
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        re[above<Length>(r)] = x[r].re;
        im[above<Length>(r)] = x[r].im;
      }
      barrier<Length>();
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        x[r] = {re[below<Length>(r)], im[below<Length>(r)]};
      }
      down<Length / kR>(x);
    }
  }

  template <int Length>
  __device__ __forceinline__ void up(Complex (&x)[kCount]) const {
    if constexpr (Length <= kR) {
#pragma unroll
      for (int first = 0; first < kR; first += Length) {
        small_dft<Length, 1>(x + first);
      }
    } else {
      up<Length / kR>(x);
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        re[below<Length>(r)] = x[r].re;
        im[below<Length>(r)] = x[r].im;
      }
      barrier<Length>();
#pragma unroll
      for (int r = 0; r < kR; ++r) {
        x[r] = {re[above<Length>(r)], im[above<Length>(r)]};
      }
      twiddle<Length, true>(x);
      small_dft<kR, 1>(x);
    }
  }
};

}  // namespace sgconv::cuda
