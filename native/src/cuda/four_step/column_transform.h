// Transforms of the columns of a (P, M) matrix: the first and the last step of a transform of
// N = P * M numbers in the ring x^N = i. Number m + M * q is in column m. The step forward leaves
// coefficient p of each column's transform in the ring x^P = i, times a twiddle factor after which
// row p is one in the ring x^M = 1: exp(i pi m (1 - 4p) / 2N), because there x^M was
// exp(i pi (1 - 4p) / 2P).
//
// Up to 32 numbers a column lie in one thread's registers; more are a row of BlockTransform, whose
// threads are spread so that neighbouring threads work on neighbouring columns.
#pragma once

#include "cuda/four_step/column_roots.h"
#include "cuda/transform/block_transform.h"
#include "cuda/transform/scale.h"
#include "cuda/transform/twiddled_dft.h"

namespace sgconv::cuda {

// P in registers.
template <int P>
struct RegisterColumn {
  static constexpr int kR = P;
  static constexpr std::size_t kCount = std::size_t{kR};
  static constexpr int kThreads = 1;  // that share a column
  static constexpr int kColumns = shapes::kRegisterColumns;
  static constexpr int kResident =  // blocks of a multiprocessor
      shapes::columns_resident(kColumns, kR);
  static constexpr int kSharedBytes = 0;

  int thread;

  static __device__ __forceinline__ RegisterColumn of_thread(Complex *) { return {0}; }
  static __device__ constexpr int first_frequency() { return 0; }
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
struct SharedColumn : BlockTransform<P, Exchange::kSpread> {
  using Transform = BlockTransform<P, Exchange::kSpread>;
  static constexpr int kColumns = shapes::shared_columns(P);
  static constexpr int kResident =
      shapes::columns_resident(Transform::kThreads * kColumns, Transform::kR);
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
    return {{{{shared + at % kColumns * kStride, roots, at / kColumns}}}};
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

// A thread's numbers of a column are coefficients first_frequency() + frequency_step(r). Their
// factors are that of first_frequency() and one for each bit of r, each of them exact and not a
// power of another: squaring would double the error of the angle each time.
template <int P>
struct ColumnBits {
  using Column = typename ColumnOf<P>::Type;
  static constexpr int kR = Column::kR;
  static constexpr int kBits = kR > 16 ? 5 : 4;
  static constexpr int kRoots = kBits + 1;
};

// Of each bit, and of first_frequency() = 0.
template <int P, int M>
constexpr auto twiddle_roots() {
  using Bits = ColumnBits<P>;
  int64_t numerators[std::size_t{Bits::kRoots}] = {};
  for (int bit = 0; bit < Bits::kBits; ++bit) {
    numerators[bit] =
        (1 << bit) < Bits::kR ? -4 * int64_t{Bits::Column::frequency_step(1 << bit)} : 0;
  }
  numerators[Bits::kBits] = 1;
  return column_roots<Bits::kRoots, M>(numerators, int64_t{P} * M);
}

template <int P, int M>
__device__ constexpr ColumnRoots<ColumnBits<P>::kRoots, M> kTwiddleRoots = twiddle_roots<P, M>();

template <int P, int M>
struct ColumnTransform : ColumnOf<P>::Type {
  using Base = typename ColumnOf<P>::Type;
  using Base::kCount;
  using Base::kR;
  static constexpr int kP = P;
  static constexpr int kM = M;
  static constexpr int kBlock = Base::kThreads * Base::kColumns;
  static_assert(M % Base::kColumns == 0);

  int column;  // m

  static __device__ __forceinline__ ColumnTransform of_thread(Complex *shared) {
    return {Base::of_thread(shared), static_cast<int>(blockIdx.x) * Base::kColumns +
                                         static_cast<int>(threadIdx.x) % Base::kColumns};
  }

  // Number r of this thread is x[row(r)][column], before and after: numbers first() + r * kStep.
  static constexpr int kStep = Base::kThreads * M;
  __device__ __forceinline__ int first() const { return this->thread * M + column; }

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
  static constexpr int kBits = ColumnBits<P>::kBits;
  static constexpr float kHigh = turn_of(int64_t{P} * M).high;
  static constexpr float kLow = turn_of(int64_t{P} * M).low;

  // Of first_frequency(). The numerators are at most 4N: products of 32 bits.
  __device__ __forceinline__ Complex first_factor() const {
    if constexpr (Base::kThreads == 1) {
      return kTwiddleRoots<P, M>.of(kBits, column);
    } else {
      constexpr int kSize = P * M;
      const int n = column * (1 - 4 * this->first_frequency());
      return twist_factor({kHigh, kLow}, n < -2 * kSize ? n + 4 * kSize : n);
    }
  }

  template <bool Conjugate>
  __device__ __forceinline__ void twiddle(Complex (&x)[kCount]) const {
    Complex factors[std::size_t{kBits}];
#pragma unroll
    for (int bit = 0; bit < kBits; ++bit) {
      factors[bit] = kTwiddleRoots<P, M>.of(bit, column);
    }
    scale_by_bits<kR, kR, kBits - 1, 0, false, Conjugate>(x, factors, first_factor());
  }
};

}  // namespace sgconv::cuda
