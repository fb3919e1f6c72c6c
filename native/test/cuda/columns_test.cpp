// The column step of long rows against its definition in float64, and back: every number of
// columns, also those that only sizes of millions have.
#include <complex>
#include <random>

#include "check.h"
#include "column_step.h"
#include "device.h"
#include "oracle.h"

namespace {

using namespace sgconv::test;
using Doubles = oracle::Row;
using sgconv::cuda::ColumnTransform;
using sgconv::cuda::Complex;

constexpr double kPi = 3.14159265358979323846;

// Which coefficient a row holds.
template <class Transform>
int frequency_of(int row) {
  Transform transform{};
  transform.thread = row % Transform::kThreads;
  return transform.first_frequency() + Transform::frequency_step(row / Transform::kThreads);
}

Doubles parts(const std::vector<Complex> &values) {
  Doubles result;
  for (const Complex &value : values) {
    result.push_back(static_cast<double>(value.re));
    result.push_back(static_cast<double>(value.im));
  }
  return result;
}

// M: no more columns than the constants of the factors need, of which there are two kinds, for m %
// 8 and m / 8, or of more.
template <int P, int kM>
void step() {
  const std::string where = std::to_string(kM) + " columns of " + std::to_string(P);
  std::mt19937_64 source(P);
  std::normal_distribution<float> normal;
  std::vector<Complex> numbers(std::size_t{P} * kM);
  for (Complex &number : numbers) {
    number = {normal(source), normal(source)};
  }
  DeviceArray<Complex> z(numbers);
  run_columns<P, kM>(z.get(), true);

  std::vector<bool> seen(std::size_t{P}, false);
  Doubles expected;
  for (int row = 0; row < P; ++row) {
    const int p = frequency_of<ColumnTransform<P, kM>>(row);
    check(p >= 0 && p < P && !seen[static_cast<std::size_t>(p)],
          where + ": coefficient " + std::to_string(p) + " once");
    seen[static_cast<std::size_t>(p)] = true;
    for (int m = 0; m < kM; ++m) {
      std::complex<double> sum = 0;
      for (int q = 0; q < P; ++q) {
        const Complex &x = numbers[static_cast<std::size_t>(m + kM * q)];
        sum += std::complex<double>(x.re, x.im) *
               std::polar(1.0, kPi * ((1 - 4 * p) * q % (4 * P)) / (2.0 * P));
      }
      sum *= std::polar(1.0, kPi * m * (1 - 4 * p) / (2.0 * P * kM));
      expected.push_back(sum.real());
      expected.push_back(sum.imag());
    }
  }
  // One step of a transform may have half of what a whole convolution may have.
  const double there = oracle::error_of_sums(parts(z.host()), expected);
  check(there <= 0.5, where + " forward: error " + std::to_string(there) + " of the bound");

  run_columns<P, kM>(z.get(), false);
  Doubles back = parts(z.host());
  for (double &value : back) {
    value /= P;
  }
  const double again = oracle::error_of_sums(back, parts(numbers));
  check(again <= 0.5, where + " and back: error " + std::to_string(again) + " of the bound");
  std::printf("%s: error %.3f of the bound, and back %.3f\n", where.c_str(), there, again);
}

}  // namespace

int main() {
  step<12, 1024>();
  step<16, 2048>();
  step<24, 256>();
  step<32, 4096>();
  step<256, 128>();
  step<384, 16>();
  step<768, 64>();
  step<1024, 16>();
  return failures() == 0 ? 0 : 1;
}
