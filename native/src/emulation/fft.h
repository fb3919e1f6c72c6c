// Discrete Fourier transforms of any length in float64: correct first.
#pragma once

#include <complex>
#include <cstddef>
#include <vector>

namespace sgconv::emulation {

class Fft {
 public:
  explicit Fft(std::size_t size);
  std::size_t size() const { return size_; }
  // X_k = sum_n x_n exp(sign * 2 pi i n k / N), in place; sign is -1 or +1. No scaling.
  void transform(std::complex<double> *values, int sign);

 private:
  std::size_t size_;
  std::vector<std::size_t> factors_;
  std::vector<std::complex<double>> roots_;  // exp(-2 pi i k / N)
  std::vector<std::complex<double>> other_;  // second buffer of the Stockham passes
};

}  // namespace sgconv::emulation
