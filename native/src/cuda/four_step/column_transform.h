// Transforms of the columns of a (P, M) matrix: the first and the last step of a transform of
// N = P * M numbers in the ring x^N = i. Number m + M * q is in column m. The step forward leaves
// coefficient p of each column's transform in the ring x^P = i, times a twiddle factor after which
// row p is what BlockTransform<M> takes: exp(i pi m (1 - 4p - P) / 2N), because x^M = exp(i pi
// (1 - 4p) / 2P) has to become x^M = i.
//
// Up to 32 numbers a column lie in one thread's registers; more are a row of BlockTransform, whose
// threads are spread so that neighbouring threads work on neighbouring columns.
#pragma once

#include "cuda/transform/block_transform.h"
#include "cuda/transform/scale.h"

namespace sgconv::cuda {

// P in registers.
template <int P>
struct RegisterColumn {
  static constexpr int kR = P;
  static constexpr std::size_t kCount = std::size_t{kR};
  static constexpr int kThreads = 1;  // that share a column
  static constexpr int kColumns = shapes::kRegisterColumns;
  static constexpr int kResident = shapes::resident(kColumns);  // blocks of a multiprocessor
  static constexpr int kSharedBytes = 0;
  static constexpr int kBits = 5;  // of numbers below kR

  int thread;

  static __device__ __forceinline__ RegisterColumn of_thread(Complex *) { return {0}; }
  static __device__ __forceinline__ int first_frequency() { return 0; }
  static __device__ constexpr int frequency_step(int r) { return r; }

  __device__ __forceinline__ void forward(Complex (&x)[kCount]) const {
    twiddled_dft<kR, -1, 1, 4 * kR>(NoFactors{}, x);
  }
  __device__ __forceinline__ void forward(const float (&values)[kCount],
                                          Complex (&x)[kCount]) const {
    real_dft<kR>(values, x);
  }
  __device__ __forceinline__ void inverse(Complex (&x)[kCount]) const {
    twiddled_dft<kR, 1, 0, kR>(NoFactors{}, x);
    turn_back<kR>(1.0f, x);
  }
};

// P by several threads.
template <int P>
struct SharedColumn : BlockTransform<P, true> {
  using Transform = BlockTransform<P, true>;
  static constexpr int kColumns = shapes::shared_columns(P);
  static constexpr int kResident = shapes::resident(Transform::kThreads * kColumns);
  static constexpr int kBits = Transform::kR > 16 ? 5 : 4;
  // A half-warp's columns, and where there are only eight the two neighbours that they share it
  // with, lie in different banks; only in the last pass of 768 do two threads meet in one.
  static constexpr int kStride = (Transform::kShared + 15) / 16 * 16 + 16 / kColumns;
  static constexpr int kSharedBytes =
      (kColumns * kStride + Transform::kRoots) * static_cast<int>(sizeof(Complex));

  // Called by all threads of the block, once.
  static __device__ __forceinline__ SharedColumn of_thread(Complex *shared) {
    auto *const roots = reinterpret_cast<Turned *>(shared + kColumns * kStride);
    Transform::make_roots(roots);
    __syncthreads();
    const int at = static_cast<int>(threadIdx.x);
    return {{{shared + at % kColumns * kStride, roots, at / kColumns}}};
  }
};

template <int P, bool Small = (P <= shapes::kMostInRegisters)>
struct ColumnOf {
  using Type = RegisterColumn<P>;
};
template <int P>
struct ColumnOf<P, false> {
  using Type = SharedColumn<P>;
};

template <int P>
struct ColumnTransform : ColumnOf<P>::Type {
  using Base = typename ColumnOf<P>::Type;
  using Base::kCount;
  using Base::kR;
  static constexpr int kBlock = Base::kThreads * Base::kColumns;

  int column, columns;  // m and M
  Turn turn;            // of N

  static __device__ __forceinline__ ColumnTransform of_thread(Complex *shared, int columns,
                                                              Turn turn) {
    const int at = static_cast<int>(threadIdx.x) % Base::kColumns;
    return {Base::of_thread(shared), static_cast<int>(blockIdx.x) * Base::kColumns + at, columns,
            turn};
  }

  // Number r of this thread is x[row(r)][column], before and after.
  __device__ __forceinline__ int row(int r) const { return this->thread + r * Base::kThreads; }

  __device__ __forceinline__ void forward(Complex (&x)[kCount]) const {
    Base::forward(x);
    twiddle<false>(x);
  }
  __device__ __forceinline__ void forward(const float (&values)[kCount],
                                          Complex (&x)[kCount]) const {
    Base::forward(values, x);
    twiddle<false>(x);
  }
  __device__ __forceinline__ void inverse(Complex (&x)[kCount]) const {
    twiddle<true>(x);
    Base::inverse(x);
  }

 private:
  // The twiddle factors' numerators are below 5N: products of 32 bits.
  template <bool Conjugate>
  __device__ __forceinline__ void twiddle(Complex (&x)[kCount]) const {
    const int size = P * columns;
    int first = column * (1 - P - 4 * this->first_frequency());
    first += first < -2 * size ? 4 * size : 0;
    Complex factors[std::size_t{Base::kBits}];
#pragma unroll
    for (int bit = 0; bit < Base::kBits; ++bit) {
      const int step = (1 << bit) < kR ? column * Base::frequency_step(1 << bit) : 0;
      factors[bit] = twist_factor(turn, 4 * (2 * step > size ? size - step : -step));
    }
    scale_by_bits<kR, kR, Base::kBits - 1, 0, false, Conjugate>(x, factors,
                                                                twist_factor(turn, first));
  }
};

}  // namespace sgconv::cuda
