// The transforms in registers and the constants that they are made of, against float64.
#include <complex>
#include <random>
#include <vector>

#include "check.h"
#include "cuda/device/device.h"
#include "cuda/transform/power_transform.h"
#include "cuda/transform/triple_transform.h"
#include "cuda/transform/twiddled_dft.h"

namespace {

using namespace sgconv::test;
using namespace sgconv::cuda;
using Number = std::complex<double>;

constexpr double kPi = 3.14159265358979323846;
constexpr double kEpsilon = 1.0 / (1 << 24);  // half a unit in the last place of 1

Number exact(int64_t numerator, int64_t denominator) {
  return std::polar(1.0, 2.0 * kPi * static_cast<double>(numerator % denominator) /
                             static_cast<double>(denominator));
}

Number value_of(Turned root) {
  const double cosine = root.cosine;
  return {cosine, cosine * static_cast<double>(root.tangent)};
}

void constants() {
  for (const int64_t denominator : {1, 2, 3, 4, 8, 12, 24, 96, 128, 1000, 12288, 65536}) {
    for (int64_t numerator = -denominator; numerator <= 2 * denominator; ++numerator) {
      const ExactRoot root = exact_root(numerator, denominator);
      const double error = std::abs(Number(root.cosine, root.sine) - exact(numerator, denominator));
      check(error < 4e-15, "root " + std::to_string(numerator) + " of " +
                               std::to_string(denominator) + ": error " + std::to_string(error));
    }
  }
  check(exact_root(1, 4).cosine == 0.0 && exact_root(1, 4).sine == 1.0, "a quarter turn is exact");
  check(exact_root(-4, 8).cosine == -1.0 && exact_root(-4, 8).sine == 0.0, "a half turn is exact");
}

void near(Turned root, Number expected, const std::string &what, double most = 1.5) {
  const double error = std::abs(value_of(root) - expected);
  check(error <= most * kEpsilon,
        what + ": error " + std::to_string(error / kEpsilon) + " half units in the last place");
}

// Every root of a size's table.
template <int N>
void power_table() {
  using Shape = PowerShape<N>;
  const std::string where = "roots of " + std::to_string(N);
  const auto &roots = kPowerRoots<N>.roots;
  for (int j = 0; j < Shape::kThreads; ++j) {
    for (int bit = 0; bit < Shape::kBits; ++bit) {
      near(roots[bit * Shape::kThreads + Shape::of_power(j)], exact(int64_t{j} << bit, N), where);
    }
    const Number twist = exact(j, 4 * N);
    near(roots[Shape::kTwist + j], twist, where + ", twist");
    const Number back = exact(int64_t{j} * Shape::kR / 2, N) / twist / twist.real();
    near(roots[Shape::kBack + j], back, where + ", turned back");
  }
  for (int j = 0; j < Shape::kR; ++j) {
    for (int bit = 0; bit < Shape::kMiddleBits; ++bit) {
      near(roots[Shape::kBelow + bit * Shape::kR + j],
           exact(int64_t{j} << bit, Shape::kR * Shape::kMiddle), where + ", middle");
    }
  }
}

template <int N>
void triple_table() {
  using Shape = TripleShape<N>;
  const std::string where = "roots of " + std::to_string(N);
  const auto &roots = kTripleRoots<N>.roots;
  for (int j = 0; j < Shape::kThreads; ++j) {
    for (int bit = 0; bit < Shape::kTopBits; ++bit) {
      near(roots[bit * Shape::kThreads + j], exact(int64_t{j} << bit, N), where);
    }
    near(roots[Shape::kTwist + j], exact(j, 4 * N), where + ", twist");
    const Number twist = exact(j, 4 * N);
    const Number eight = exact(8 * int64_t{j}, N) / twist;
    near(roots[Shape::kBack + j], eight / twist.real(), where + ", 8 turned back");
    const Turned sixteen = roots[Shape::kSecondBack + j];
    // The product of two rounded cosines.
    near({sixteen.cosine * static_cast<float>(eight.real()), sixteen.tangent},
         exact(16 * int64_t{j}, N) / twist, where + ", 16 turned back", 2.5);
  }
}

// sum_n x_n f^n exp(Sign * 2 pi i n k / S)
template <int S, int Sign>
std::vector<Number> transform(const std::vector<Number> &x, Number f) {
  std::vector<Number> result;
  for (int k = 0; k < S; ++k) {
    Number sum = 0;
    for (int n = 0; n < S; ++n) {
      sum += x[static_cast<std::size_t>(n)] * std::pow(f, n) * exact(Sign * n * k, S);
    }
    result.push_back(sum);
  }
  return result;
}

std::vector<Number> random_numbers(int count, std::mt19937_64 &source) {
  std::normal_distribution<float> normal;
  std::vector<Number> result;
  for (int n = 0; n < count; ++n) {
    result.emplace_back(normal(source), normal(source));
  }
  return result;
}

template <int S, class G>
double error_of(const std::vector<Number> &x, const std::vector<Number> &expected,
                G &&transformed) {
  Complex numbers[std::size_t{S}];
  for (int n = 0; n < S; ++n) {
    const Number &from = x[static_cast<std::size_t>(n)];
    numbers[n] = {static_cast<float>(from.real()), static_cast<float>(from.imag())};
  }
  transformed(numbers);
  double square = 0;
  double of_error = 0;
  for (int k = 0; k < S; ++k) {
    const Number &value = expected[static_cast<std::size_t>(k)];
    square += std::norm(value);
    of_error += std::norm(Number(numbers[k].re, numbers[k].im) - value);
  }
  return std::sqrt(of_error / square) / kEpsilon;
}

template <int S, int Sign, int A, int D>
void constant_factor(std::mt19937_64 &source) {
  const auto x = random_numbers(S, source);
  const double error = error_of<S>(x, transform<S, Sign>(x, exact(A, D)), [](Complex *numbers) {
    twiddled_dft<S, Sign, A, D>(NoFactors{}, numbers);
  });
  check(error < 3, "transform of " + std::to_string(S) + " with factor " + std::to_string(A) + "/" +
                       std::to_string(D) + ": error " + std::to_string(error));
}

// With powers of exp(Sign * 2 pi i j / 256), among them quarter turns.
template <int Bits, int Sign>
void factors(std::mt19937_64 &source) {
  constexpr int kS = 1 << Bits;
  for (int j = 0; j < 256; ++j) {
    Turned powers[std::size_t{Bits}];
    for (int bit = 0; bit < Bits; ++bit) {
      powers[bit] = turned(exact_root(int64_t{j} << bit, 256));
    }
    const auto x = random_numbers(kS, source);
    const double error = error_of<kS>(
        x, transform<kS, Sign>(x, exact(Sign * j, 256)),
        [&](Complex *numbers) { twiddled_dft<kS, Sign, 0, kS>(Factors<Bits>{powers}, numbers); });
    check(error < 4, "transform of " + std::to_string(kS) + " with powers of " + std::to_string(j) +
                         "/256: error " + std::to_string(error));
  }
}

// Samples in the ring x^N = i, with a factor of all besides.
template <int S>
void samples(std::mt19937_64 &source) {
  const std::string where = "samples, " + std::to_string(S) + " numbers: error ";
  auto x = random_numbers(S, source);
  for (Number &number : x) {
    number = number.real();
  }
  const auto expected = transform<S, -1>(x, exact(1, 4 * S));
  const auto values_of = [](const Complex *numbers, float(&values)[std::size_t{S}]) {
    for (std::size_t n = 0; n < std::size_t{S}; ++n) {
      values[n] = numbers[n].re;
    }
  };
  const double error = error_of<S>(x, expected, [&](Complex(&numbers)[std::size_t{S}]) {
    float values[std::size_t{S}];
    values_of(numbers, values);
    real_dft<S>(values, numbers);
  });
  check(error < 3, where + std::to_string(error));
  if constexpr (S % 3 != 0) {
    const Number twist = exact(3, 1000);
    std::vector<Number> turned;
    for (const Number &value : expected) {
      turned.push_back(value * twist);
    }
    const double of_turned = error_of<S>(x, turned, [&](Complex(&numbers)[std::size_t{S}]) {
      float values[std::size_t{S}];
      values_of(numbers, values);
      real_dft<S>(values, {static_cast<float>(twist.real()), static_cast<float>(twist.imag())},
                  numbers);
    });
    check(of_turned < 3, "turned " + where + std::to_string(of_turned));
  }
}

template <int S>
void sizes(std::mt19937_64 &source) {
  constant_factor<S, 1, 0, S>(source);
  constant_factor<S, -1, 0, S>(source);
  constant_factor<S, -1, 1, 4 * S>(source);
  constant_factor<S, -1, -3, 8 * S>(source);
}

}  // namespace

int main() {
  constants();
  power_table<256>();
  power_table<512>();
  power_table<1024>();
  power_table<2048>();
  power_table<4096>();
  power_table<8192>();
  power_table<16384>();
  triple_table<384>();
  triple_table<3072>();
  triple_table<12288>();
  std::mt19937_64 source(1);
  sizes<2>(source);
  sizes<4>(source);
  sizes<8>(source);
  sizes<16>(source);
  sizes<32>(source);
  sizes<6>(source);
  sizes<12>(source);
  sizes<24>(source);
  samples<8>(source);
  samples<16>(source);
  samples<32>(source);
  samples<24>(source);
  factors<1, 1>(source);
  factors<2, -1>(source);
  factors<3, 1>(source);
  factors<4, -1>(source);
  factors<4, 1>(source);
  factors<5, -1>(source);
  return failures() == 0 ? 0 : 1;
}
