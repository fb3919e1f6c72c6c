// The row step of long rows by itself: convolution with a single coefficient is a rotation, and so
// are its gradients.
#pragma once

#include <cstring>
#include <random>

#include "check.h"
#include "cuda/four_step/middle_rows.h"
#include "device.h"
#include "oracle.h"

namespace sgconv::test::middle_rows {

using cuda::BlockShape;
using cuda::Complex;
using Doubles = oracle::Row;
using Numbers = std::vector<Complex>;

constexpr int kRows = sgconv::cuda::kRowMultiple;
constexpr int kMembers = 3;
template <int M>
constexpr std::size_t kShared = std::size_t{sgconv::cuda::MiddleShape<M>::kBackwardBytes};

template <int M, class Body>
void launch(const char *name, int shares, Body body) {
  static const int function = 0;
  require(cudaFuncSetAttribute(&function, cudaFuncAttributeMaxDynamicSharedMemorySize, kShared<M>),
          "cudaFuncSetAttribute");
  require(sgconv::emulation::launch({name, &function,
                                     dim3(static_cast<unsigned>(kRows / BlockShape<M>::kRows),
                                          static_cast<unsigned>(shares)),
                                     dim3(BlockShape<M>::kThreads), kShared<M>, nullptr, body}),
          name);
  require(cudaDeviceSynchronize(), name);
}

// Of so many members, of which a block takes `turns`.
template <int M>
void transform(int members, int turns, const Complex *in, bool forward, const Complex *spectrum,
               bool inverse, Complex *out) {
  const int taken = sgconv::cuda::MiddleShape<M>::kKeeps ? turns : 1;
  launch<M>("middle_rows", (members + taken - 1) / taken, [=] {
    sgconv::cuda::middle_rows<M>({members, turns, kRows, in, forward, inverse, spectrum, out});
  });
}

// Of row `row`.
template <int M>
int shift(int row) {
  return row * (M / kRows) + row;
}

template <int M>
void compare(const std::string &what, const Numbers &actual, const Numbers &expected) {
  Doubles a, e;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    a.insert(a.end(),
             {static_cast<double>(actual[i].re) / M, static_cast<double>(actual[i].im) / M});
    e.insert(e.end(), {static_cast<double>(expected[i].re), static_cast<double>(expected[i].im)});
  }
  const double error = oracle::error_of_sums(a, e);
  check(error <= 1, "rows of " + std::to_string(M) + ", " + what + ": error " +
                        std::to_string(error) + " of the bound");
}

// x[n - s], round the row; and the other way, x[n + s].
template <int M>
Numbers shifted(const Numbers &x, bool back) {
  Numbers result(x.size());
  for (int row = 0; row < kRows; ++row) {
    for (int n = 0; n < M; ++n) {
      const int to = back ? n - shift<M>(row) : n + shift<M>(row);
      const Complex value = x[static_cast<std::size_t>(row * M + n)];
      result[static_cast<std::size_t>(row * M + (to + M) % M)] = value;
    }
  }
  return result;
}

inline bool same_bits(const Numbers &a, const Numbers &b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(Complex)) == 0;
}

inline Numbers sum(const Numbers &a, const Numbers &b) {
  Numbers result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    result[i] = {a[i].re + b[i].re, a[i].im + b[i].im};
  }
  return result;
}

template <int M>
void step() {
  std::mt19937_64 source(M);
  std::normal_distribution<float> normal;
  constexpr std::size_t kCount = std::size_t{kRows} * M;
  Numbers single(kCount, Complex{0.0f, 0.0f}), singles, numbers, sums(kCount), there, back, once;
  for (int row = 0; row < kRows; ++row) {
    single[static_cast<std::size_t>(row * M + shift<M>(row))] = {1.0f, 0.0f};
  }
  const Numbers twice = shifted<M>(single, false);
  Numbers convolved;
  for (int member = 0; member < kMembers; ++member) {
    Numbers of_member(kCount);
    for (Complex &number : of_member) {
      number = {normal(source), normal(source)};
    }
    sums = sum(sums, of_member);
    const auto append = [](Numbers &all, const Numbers &some) {
      all.insert(all.end(), some.begin(), some.end());
    };
    append(numbers, of_member);
    append(singles, single);
    append(there, shifted<M>(of_member, false));
    append(back, shifted<M>(sum(of_member, of_member), true));
    append(once, shifted<M>(of_member, true));
    append(convolved, twice);
  }
  DeviceArray<Complex> k(single), x(numbers), y(numbers.size());
  transform<M>(1, 1, k.get(), true, nullptr, false, k.get());
  for (const int turns : {1, 2, kMembers}) {
    transform<M>(kMembers, turns, x.get(), true, k.get(), true, y.get());
    compare<M>("forward by " + std::to_string(turns), y.host(), there);
  }

  // Two heads: the signal is transformed once, and the gradient added to what the first left.
  DeviceArray<Complex> u(singles), g(numbers), of_sums(kCount), input(numbers.size());
  DeviceArray<Complex> product(numbers.size());
  for (const bool last : {false, true}) {
    launch<M>("middle_rows_backward", 1, [&, last] {
      sgconv::cuda::middle_rows_backward<M>({kMembers, kRows, u.get(), !last, !last, g.get(),
                                             k.get(), of_sums.get(), !last, input.get(), last, last,
                                             product.get()});
    });
    compare<M>("convolution", product.host(), convolved);
  }
  transform<M>(1, 1, of_sums.get(), false, nullptr, true, of_sums.get());
  compare<M>("gradient", input.host(), back);
  compare<M>("sums over the batch", of_sums.host(), shifted<M>(sum(sums, sums), true));

  // One head: results take the place of what they were made of.
  DeviceArray<Complex> signal(singles), gradient(numbers);
  launch<M>("middle_rows_backward", 1, [&] {
    sgconv::cuda::middle_rows_backward<M>({kMembers, kRows, signal.get(), true, false,
                                           gradient.get(), k.get(), of_sums.get(), true,
                                           gradient.get(), false, true, signal.get()});
  });
  compare<M>("convolution in place", signal.host(), convolved);
  compare<M>("gradient in place", gradient.host(), once);
  // And only that of the kernel.
  DeviceArray<Complex> again(singles), same(numbers);
  DeviceArray<Complex> others(kCount);
  launch<M>("middle_rows_backward", 1, [&] {
    sgconv::cuda::middle_rows_backward<M>({kMembers, kRows, again.get(), true, false, same.get(),
                                           k.get(), others.get(), true, nullptr, false, true,
                                           nullptr});
  });
  check(same_bits(others.host(), of_sums.host()), "sums by themselves");
  check(same_bits(same.host(), numbers), "the gradient is left alone");
}

}  // namespace sgconv::test::middle_rows
