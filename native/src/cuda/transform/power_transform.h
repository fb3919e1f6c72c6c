// The transform of N = 2^k numbers: passes of R, of what is left over, and of R numbers.
//
// Each pass takes its twiddle factors before its sums (decimation in time): what a number of a
// sequence still has to be multiplied with is a power of one factor, of the frequency that the
// passes before have found (forward) or of the time (inverse). So the first and the last pass share
// one table, and a thread needs k powers of one number for 2^k of its own.
#pragma once

#include "cuda/policy/shapes.h"
#include "cuda/transform/real_dft.h"
#include "cuda/transform/shared_row.h"

namespace sgconv::cuda {

template <int N>
struct PowerShape {
  static constexpr int kR = shapes::numbers_of_thread(N);
  static constexpr int kBits = kR > 16 ? 5 : 4;
  static constexpr int kThreads = N / kR;        // that share a row
  static constexpr int kMiddle = kThreads / kR;  // of the pass in the middle, if it is not 1
  static constexpr int kMiddleBits = kMiddle > 8   ? 4
                                     : kMiddle > 4 ? 3
                                     : kMiddle > 2 ? 2
                                                   : kMiddle - 1;
  static constexpr int kCopies = kR / kMiddle;  // sequences of a thread there
  static_assert(kR * kMiddle * kR == N && 1 << kBits == kR && 1 << kMiddleBits == kMiddle);

  // The table: powers of exp(2 pi i j / N), j < kThreads; of exp(2 pi i j / (kR * kMiddle)), j <
  // kR; of each thread the highest power turned back by the twist; the twist exp(2 pi i j / 4N).
  // Within kR numbers of a power they change places, so that a half-warp that reads every kR-th, or
  // some neighbours of every kR-th, finds them in different banks of shared memory.
  static constexpr int kSkew = kMiddle > 1 ? 16 / kMiddle : 0;
  static constexpr int kBelow = kBits * kThreads;
  static constexpr int kBack = kBelow + kMiddleBits * kR;
  static constexpr int kTwist = kBack + kThreads;
  static constexpr int kRoots = kTwist + kThreads;

  static __device__ constexpr int of_power(int j) { return j ^ (j / kR * kSkew); }
};

template <int N>
struct PowerRoots {
  Turned roots[std::size_t{PowerShape<N>::kRoots}];
};

template <int N>
constexpr PowerRoots<N> power_roots() {
  using Shape = PowerShape<N>;
  PowerRoots<N> table{};
  for (int j = 0; j < Shape::kThreads; ++j) {
    for (int bit = 0; bit < Shape::kBits; ++bit) {
      const int at = bit * Shape::kThreads + (j ^ (j / Shape::kR * Shape::kSkew));
      table.roots[at] = turned(exact_root(int64_t{j} << bit, N));
    }
    const ExactRoot twist = exact_root(j, int64_t{4} * N);
    table.roots[Shape::kTwist + j] = turned(twist);
    table.roots[Shape::kBack + j] =
        turned(exact_root(int64_t{j} * (2 * Shape::kR - 1), int64_t{4} * N), twist.cosine);
  }
  for (int j = 0; j < Shape::kR; ++j) {
    for (int bit = 0; bit < Shape::kMiddleBits; ++bit) {
      table.roots[Shape::kBelow + bit * Shape::kR + j] =
          turned(exact_root(int64_t{j} << bit, Shape::kR * Shape::kMiddle));
    }
  }
  return table;
}

template <int N>
__device__ constexpr PowerRoots<N> kPowerRoots = power_roots<N>();

template <int N, Exchange Way>
struct PowerTransform : SharedRow<N, PowerShape<N>::kThreads, PowerShape<N>::kBits, Way> {
  using Shape = PowerShape<N>;
  using Row = SharedRow<N, Shape::kThreads, PowerShape<N>::kBits, Way>;
  using Row::kThreads;
  using Row::roots;
  using Row::thread;
  static constexpr int kR = Shape::kR;
  static constexpr std::size_t kCount = std::size_t{kR};
  static constexpr int kRoots = Shape::kRoots;

  // Made by all threads of a block, which then need a barrier.
  static __device__ __forceinline__ void make_roots(Turned *copy) {
    Row::template copy_roots<kRoots>(kPowerRoots<N>.roots, copy);
  }

  // x[r] is number thread + r * kThreads.
  __device__ __forceinline__ void forward(Complex (&x)[kCount]) const {
    const Complex of_thread = twist();
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = x[r] * of_thread;
    }
    twiddled_dft<kR, -1, 1, 4 * kR>(NoFactors{}, x);
    down(x);
  }

  // The same of real numbers.
  __device__ __forceinline__ void forward(const float (&values)[kCount],
                                          Complex (&x)[kCount]) const {
    real_dft<kR>(values, twist(), x);
    down(x);
  }

  __device__ __forceinline__ void inverse(Complex (&x)[kCount]) const {
    up(x);
    Turned powers[std::size_t{Shape::kBits}];
    take(powers, Shape::of_power(thread));
    powers[Shape::kBits - 1] = roots[Shape::kBack + thread];
    const Turned of_thread = roots[Shape::kTwist + thread];
    twiddled_dft<kR, 1, 0, kR>(FactorsTimes<Shape::kBits>{{powers}, -of_thread.tangent}, x);
    turn_back<kR>(of_thread.cosine, x);
  }

  // In the ring x^N = 1.
  __device__ __forceinline__ void cyclic_forward(Complex (&x)[kCount]) const {
    twiddled_dft<kR, -1, 0, kR>(NoFactors{}, x);
    down(x);
  }
  __device__ __forceinline__ void cyclic_inverse(Complex (&x)[kCount]) const {
    up(x);
    pass<1>(Shape::of_power(thread), x);
  }

  // forward's x[r] is coefficient first_frequency() + frequency_step(r).
  __device__ __forceinline__ int first_frequency() const {
    return group() * Shape::kCopies + in_group() / Shape::kMiddle +
           in_group() % Shape::kMiddle * kR;
  }
  static __device__ constexpr int frequency_step(int r) { return r * kThreads; }

 private:
  using Row::padded;

  // kR threads share kCopies sequences below the first pass.
  __device__ __forceinline__ int group() const { return thread / kR; }
  __device__ __forceinline__ int in_group() const { return thread % kR; }

  __device__ __forceinline__ Complex twist() const {
    const Turned of_thread = roots[Shape::kTwist + thread];
    return {of_thread.cosine, of_thread.cosine * of_thread.tangent};
  }

  // Where this thread's numbers begin: every kThreads-th before the first pass ...
  __device__ __forceinline__ int top() const { return padded(thread); }
  static __device__ constexpr int of_top(int r) { return r * kThreads; }
  // ... every kR-th of kCopies sequences for the pass in the middle ...
  __device__ __forceinline__ int middle() const {
    return padded(group() * Shape::kCopies * kThreads + in_group());
  }
  static __device__ constexpr int of_middle(int r) {
    return r / Shape::kMiddle * kThreads + r % Shape::kMiddle * kR;
  }
  // ... and neighbours for the last.
  __device__ __forceinline__ int last() const {
    return padded(group() * Shape::kCopies * kThreads + in_group() * kR);
  }
  static __device__ constexpr int of_last(int r) { return r; }

  __device__ __forceinline__ void take(Turned (&powers)[std::size_t{Shape::kBits}], int j) const {
#pragma unroll
    for (int bit = 0; bit < Shape::kBits; ++bit) {
      powers[bit] = roots[bit * kThreads + j];
    }
  }

  // A pass of kR numbers with the powers at j.
  template <int Sign>
  __device__ __forceinline__ void pass(int j, Complex (&x)[kCount]) const {
    Turned powers[std::size_t{Shape::kBits}];
    take(powers, j);
    twiddled_dft<kR, Sign, 0, kR>(Factors<Shape::kBits>{powers}, x);
  }

  // The pass in the middle of sequence `copy`, with the powers at j.
  template <int Sign>
  __device__ __forceinline__ void middle_pass(int copy, int j, Complex (&x)[kCount]) const {
    Turned powers[std::size_t{Shape::kMiddleBits}];
#pragma unroll
    for (int bit = 0; bit < Shape::kMiddleBits; ++bit) {
      powers[bit] = roots[Shape::kBelow + bit * kR + j];
    }
    twiddled_dft<Shape::kMiddle, Sign, 0, Shape::kMiddle>(Factors<Shape::kMiddleBits>{powers},
                                                          x + copy * Shape::kMiddle);
  }

  // All passes after the first.
  __device__ __forceinline__ void down(Complex (&x)[kCount]) const {
    if constexpr (Shape::kMiddle > 1) {
      Row::template exchange<kThreads, of_top, of_middle>(top(), middle(), x);
#pragma unroll
      for (int copy = 0; copy < Shape::kCopies; ++copy) {
        middle_pass<-1>(copy, group() * Shape::kCopies + copy, x);
      }
      Row::template exchange<kR, of_middle, of_last>(middle(), last(), x);
    } else {
      Row::template exchange<kThreads, of_top, of_last>(top(), last(), x);
    }
    pass<-1>(Shape::of_power(first_frequency()), x);
  }

  // All passes before the last.
  __device__ __forceinline__ void up(Complex (&x)[kCount]) const {
    twiddled_dft<kR, 1, 0, kR>(NoFactors{}, x);
    if constexpr (Shape::kMiddle > 1) {
      Row::template exchange<kR, of_last, of_middle>(last(), middle(), x);
#pragma unroll
      for (int copy = 0; copy < Shape::kCopies; ++copy) {
        middle_pass<1>(copy, in_group(), x);
      }
      Row::template exchange<kThreads, of_middle, of_top>(middle(), top(), x);
    } else {
      Row::template exchange<kThreads, of_last, of_top>(last(), top(), x);
    }
  }
};

}  // namespace sgconv::cuda
