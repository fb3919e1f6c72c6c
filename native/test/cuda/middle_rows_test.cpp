// The row step of long rows by itself, at every length: convolution with a single coefficient is a
// shift in the ring x^M = i, and so are its gradients.
#include <random>

#include "check.h"
#include "cuda/four_step/middle_rows.h"
#include "device.h"
#include "oracle.h"

namespace {

using namespace sgconv::test;
using Doubles = oracle::Row;
using sgconv::cuda::BlockShape;
using sgconv::cuda::Complex;

using Numbers = std::vector<Complex>;

constexpr int kRows = sgconv::cuda::kRowMultiple;

template <int M, class Body>
void launch(const char *name, Body body) {
  static const int function = 0;
  require(cudaFuncSetAttribute(&function, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               BlockShape<M>::kSharedBytes),
          "cudaFuncSetAttribute");
  require(sgconv::emulation::launch(
              {name, &function, dim3(static_cast<unsigned>(kRows / BlockShape<M>::kRows)),
               dim3(BlockShape<M>::kThreads), BlockShape<M>::kSharedBytes, nullptr, body}),
          name);
  require(cudaDeviceSynchronize(), name);
}

template <int M>
void transform(const Complex *in, bool forward, const Complex *spectrum, bool inverse,
               Complex *out) {
  launch<M>("middle_rows", [=] {
    sgconv::cuda::middle_rows<M>({in, forward, inverse, spectrum, kRows, out});
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

// x[n - s], times i where it wraps; and the other way, x[n + s].
template <int M>
Numbers shifted(const Numbers &x, bool back) {
  Numbers result(x.size());
  for (int row = 0; row < kRows; ++row) {
    for (int n = 0; n < M; ++n) {
      const int to = back ? n - shift<M>(row) : n + shift<M>(row);
      const Complex value = x[static_cast<std::size_t>(row * M + n)];
      Complex &place = result[static_cast<std::size_t>(row * M + (to + M) % M)];
      place = to >= M  ? Complex{-value.im, value.re}
              : to < 0 ? Complex{value.im, -value.re}
                       : value;
    }
  }
  return result;
}

template <int M>
void step() {
  std::mt19937_64 source(M);
  std::normal_distribution<float> normal;
  constexpr std::size_t kCount = std::size_t{kRows} * M;
  Numbers numbers(kCount), more(kCount), single(kCount, Complex{0.0f, 0.0f});
  for (std::size_t i = 0; i < kCount; ++i) {
    numbers[i] = {normal(source), normal(source)};
    more[i] = {normal(source), normal(source)};
  }
  for (int row = 0; row < kRows; ++row) {
    single[static_cast<std::size_t>(row * M + shift<M>(row))] = {1.0f, 0.0f};
  }
  DeviceArray<Complex> k(single), x(numbers), y(kCount);
  transform<M>(k.get(), true, nullptr, false, k.get());
  transform<M>(x.get(), true, k.get(), true, y.get());
  compare<M>("forward", y.host(), shifted<M>(numbers, false));

  // Two members of a batch; the second time added to what the first time left.
  Numbers both(numbers);
  both.insert(both.end(), more.begin(), more.end());
  Numbers spectra(single);
  spectra.insert(spectra.end(), single.begin(), single.end());
  DeviceArray<Complex> g(both), u(spectra), sums(kCount), input(2 * kCount);
  transform<M>(u.get(), true, nullptr, false, u.get());
  transform<M>(u.get() + kCount, true, nullptr, false, u.get() + kCount);
  for (const bool last : {false, true}) {
    launch<M>("middle_rows_backward", [&, last] {
      sgconv::cuda::middle_rows_backward<M>(
          {2, kRows, u.get(), g.get(), k.get(), sums.get(), input.get(), !last, last, last});
    });
  }
  transform<M>(sums.get(), false, nullptr, true, sums.get());
  Numbers twice(kCount), of_sum(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    twice[i] = {2.0f * both[i].re, 2.0f * both[i].im};
    of_sum[i] = {2.0f * (numbers[i].re + more[i].re), 2.0f * (numbers[i].im + more[i].im)};
  }
  const Numbers inputs = input.host();
  compare<M>("gradient", Numbers(inputs.begin(), inputs.begin() + static_cast<long>(kCount)),
             shifted<M>(twice, true));
  compare<M>("sums over the batch", sums.host(), shifted<M>(of_sum, true));
}

}  // namespace

int main() {
  step<512>();
  step<1024>();
  step<2048>();
  step<4096>();
  step<8192>();
  step<16384>();
  return failures() == 0 ? 0 : 1;
}
