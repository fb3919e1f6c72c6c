// The transform of N = 3 * 2^k numbers: passes of 24, and of 8 and less.
//
// Forward multiplies after the sums (decimation in frequency), by factors of the time, and inverse
// before them, by the same: a table by frequency would be four times as long, because these numbers
// have no split of which the last pass is as long as the first.
#pragma once

#include "cuda/policy/shapes.h"
#include "cuda/transform/real_dft.h"
#include "cuda/transform/scale.h"
#include "cuda/transform/shared_row.h"

namespace sgconv::cuda {

template <int N>
struct TripleShape {
  static constexpr int kR = shapes::numbers_of_thread(N);
  static constexpr int kRadix = 8;             // of the passes below the first
  static constexpr int kCopies = kR / kRadix;  // sequences of a thread there
  static constexpr int kThreads = N / kR;      // that share a row
  static constexpr int kTopBits = 5;           // of numbers below kR
  static constexpr int kBits = 3;              // of numbers below kRadix
  static_assert(kR == 24 && (kThreads & (kThreads - 1)) == 0);

  // The table: powers of exp(2 pi i j / N), j < kThreads; of exp(2 pi i j / length),
  // j < length / kRadix, for each length below; of each thread its powers 8 and 16 turned back by
  // the twist, the second over the cosine of the first; the twist exp(2 pi i j / 4N).
  static constexpr int kBelow = kTopBits * kThreads;
  static constexpr int roots_before(int length) {
    int result = kBelow;
    for (int above = kThreads; above > length; above /= kRadix) {
      result += kBits * (above / kRadix);
    }
    return result;
  }
  template <int Length>
  static constexpr int kFirst = roots_before(Length);
  static constexpr int kBack = roots_before(kRadix);
  static constexpr int kSecondBack = kBack + kThreads;
  static constexpr int kTwist = kSecondBack + kThreads;
  static constexpr int kRoots = kTwist + kThreads;
};

template <int N>
struct TripleRoots {
  Turned roots[std::size_t{TripleShape<N>::kRoots}];
};

template <int N>
constexpr TripleRoots<N> triple_roots() {
  using Shape = TripleShape<N>;
  TripleRoots<N> table{};
  for (int j = 0; j < Shape::kThreads; ++j) {
    for (int bit = 0; bit < Shape::kTopBits; ++bit) {
      table.roots[bit * Shape::kThreads + j] = turned(exact_root(int64_t{j} << bit, N));
    }
    const ExactRoot twist = exact_root(j, int64_t{4} * N);
    const ExactRoot back = exact_root(int64_t{j} * (4 * 8 - 1), int64_t{4} * N);
    table.roots[Shape::kTwist + j] = turned(twist);
    table.roots[Shape::kBack + j] = turned(back, twist.cosine);
    table.roots[Shape::kSecondBack + j] =
        turned(exact_root(int64_t{j} * (4 * 16 - 1), int64_t{4} * N), back.cosine);
  }
  for (int length = Shape::kThreads; length > Shape::kRadix; length /= Shape::kRadix) {
    const int part = length / Shape::kRadix;
    for (int j = 0; j < part; ++j) {
      for (int bit = 0; bit < Shape::kBits; ++bit) {
        table.roots[Shape::roots_before(length) + bit * part + j] =
            turned(exact_root(int64_t{j} << bit, length));
      }
    }
  }
  return table;
}

template <int N>
__device__ constexpr TripleRoots<N> kTripleRoots = triple_roots<N>();

// In one pass two threads meet in a bank of shared memory.
template <int N, Exchange Way>
struct TripleTransform : SharedRow<N, TripleShape<N>::kThreads, 4, Way> {
  using Shape = TripleShape<N>;
  using Row = SharedRow<N, Shape::kThreads, 4, Way>;
  using Row::kThreads;
  using Row::roots;
  using Row::thread;
  static constexpr int kR = Shape::kR;
  static constexpr std::size_t kCount = std::size_t{kR};
  static constexpr int kRoots = Shape::kRoots;

  // Made by all threads of a block, which then need a barrier.
  static __device__ __forceinline__ void make_roots(Turned *copy) {
    Row::template copy_roots<kRoots>(kTripleRoots<N>.roots, copy);
  }

  // x[r] is number thread + r * kThreads.
  __device__ __forceinline__ void forward(Complex (&x)[kCount]) const {
    twiddled_dft<kR, -1, 1, 4 * kR>(NoFactors{}, x);
    down(x);
  }

  // The same of real numbers.
  __device__ __forceinline__ void forward(const float (&values)[kCount],
                                          Complex (&x)[kCount]) const {
    real_dft<kR>(values, x);
    down(x);
  }

  __device__ __forceinline__ void inverse(Complex (&x)[kCount]) const {
    up_to<kThreads>(x);
    Row::template exchange<kThreads, of_below<kThreads>, of_top>(below<kThreads>(), top(), x);
    Turned powers[std::size_t{Shape::kTopBits}];
#pragma unroll
    for (int bit = 0; bit < Shape::kBits; ++bit) {
      powers[bit] = roots[bit * kThreads + thread];
    }
    powers[Shape::kBits] = roots[Shape::kBack + thread];
    powers[Shape::kBits + 1] = roots[Shape::kSecondBack + thread];
    const Turned twist = roots[Shape::kTwist + thread];
    twiddled_dft<kR, 1, 0, kR>(TripleFactorsTimes<Shape::kBits>{powers, -twist.tangent}, x);
    turn_back<kR>(twist.cosine, x);
  }

  // forward's x[r] is coefficient first_frequency() + frequency_step(r).
  __device__ __forceinline__ int first_frequency() const {
    return frequency(thread / kGroup * kCopies * kThreads + thread % kGroup * kRadix);
  }
  static __device__ constexpr int frequency_step(int r) {
    return frequency(r / kRadix * kThreads + r % kRadix);
  }

 private:
  using Row::padded;

  static constexpr int kRadix = Shape::kRadix;
  static constexpr int kCopies = Shape::kCopies;

  static constexpr int kGroup = kThreads / kRadix;  // threads that share kCopies sequences

  // Where this thread's numbers begin: every kThreads-th before the first pass ...
  __device__ __forceinline__ int top() const { return padded(thread); }
  static __device__ constexpr int of_top(int r) { return r * kThreads; }
  // ... and for a pass of sequences of this length, number j of copy s at s * kThreads + j * kStep
  // from there; neighbours for the last.
  template <int Length>
  static constexpr int kStep = Length > kRadix ? Length / kRadix : 1;
  template <int Length>
  __device__ __forceinline__ int below() const {
    const int of_group = thread / kGroup * kCopies * kThreads;
    const int in_group = thread % kGroup;
    if constexpr (Length > kRadix) {
      return padded(of_group + in_group / kStep<Length> * Length + in_group % kStep<Length>);
    } else {
      return padded(of_group + in_group * kRadix);
    }
  }
  template <int Length>
  static __device__ constexpr int of_below(int r) {
    return r / kRadix * kThreads + r % kRadix * kStep<Length>;
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

  static __device__ __forceinline__ Complex conjugate(Turned root) {
    return {root.cosine, -root.cosine * root.tangent};
  }

  __device__ __forceinline__ void down(Complex (&x)[kCount]) const {
    Complex factors[std::size_t{Shape::kTopBits}];
#pragma unroll
    for (int bit = 0; bit < Shape::kTopBits; ++bit) {
      factors[bit] = conjugate(roots[bit * kThreads + thread]);
    }
    const Turned twist = roots[Shape::kTwist + thread];
    scale_by_bits<kR, kR, Shape::kTopBits - 1, 0, false, false>(
        x, factors, {twist.cosine, twist.cosine * twist.tangent});
    Row::template exchange<kThreads, of_top, of_below<kThreads>>(top(), below<kThreads>(), x);
    down_from<kThreads>(x);
  }

  template <int Length>
  __device__ __forceinline__ void down_from(Complex (&x)[kCount]) const {
    if constexpr (Length <= kRadix) {
#pragma unroll
      for (int first = 0; first < kR; first += Length) {
        twiddled_dft<Length, -1, 0, Length>(NoFactors{}, x + first);
      }
    } else {
      constexpr int kPart = Length / kRadix;
#pragma unroll
      for (int first = 0; first < kR; first += kRadix) {
        twiddled_dft<kRadix, -1, 0, kRadix>(NoFactors{}, x + first);
      }
      Complex factors[std::size_t{Shape::kBits}];
#pragma unroll
      for (int bit = 0; bit < Shape::kBits; ++bit) {
        factors[bit] = conjugate(power<Length>(bit));
      }
      scale_by_bits<kR, kRadix, Shape::kBits - 1, 0, true, false>(x, factors, {1.0f, 0.0f});
      Row::template exchange<kPart, of_below<Length>, of_below<kPart>>(below<Length>(),
                                                                       below<kPart>(), x);
      down_from<kPart>(x);
    }
  }

  template <int Length>
  __device__ __forceinline__ void up_to(Complex (&x)[kCount]) const {
    if constexpr (Length <= kRadix) {
#pragma unroll
      for (int first = 0; first < kR; first += Length) {
        twiddled_dft<Length, 1, 0, Length>(NoFactors{}, x + first);
      }
    } else {
      constexpr int kPart = Length / kRadix;
      up_to<kPart>(x);
      Row::template exchange<kPart, of_below<kPart>, of_below<Length>>(below<kPart>(),
                                                                       below<Length>(), x);
      Turned powers[std::size_t{Shape::kBits}];
#pragma unroll
      for (int bit = 0; bit < Shape::kBits; ++bit) {
        powers[bit] = power<Length>(bit);
      }
#pragma unroll
      for (int first = 0; first < kR; first += kRadix) {
        twiddled_dft<kRadix, 1, 0, kRadix>(Factors<Shape::kBits>{powers}, x + first);
      }
    }
  }

  template <int Length>
  __device__ __forceinline__ Turned power(int bit) const {
    constexpr int kPart = Length / kRadix;
    return roots[Shape::template kFirst<Length> + bit * kPart + thread % kPart];
  }
};

}  // namespace sgconv::cuda
