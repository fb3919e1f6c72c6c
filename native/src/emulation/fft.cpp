#include "emulation/fft.h"

#include <algorithm>
#include <cmath>

namespace sgconv::emulation {

using Complex = std::complex<double>;

Fft::Fft(std::size_t size) : size_(size), roots_(size), other_(size) {
  constexpr double kTurn = 2 * 3.14159265358979323846;
  for (std::size_t k = 0; k < size; ++k) {
    const double angle = -kTurn * static_cast<double>(k) / static_cast<double>(size);
    roots_[k] = {std::cos(angle), std::sin(angle)};
  }
  std::size_t rest = size;
  for (std::size_t factor = 4; rest > 1;) {
    if (rest % factor == 0) {
      factors_.push_back(factor);
      rest /= factor;
    } else {
      factor = factor == 4 ? 2 : factor == 2 ? 3 : factor + 2;
      if (factor * factor > rest && factor > 4) {
        factor = rest;  // what is left is prime
      }
    }
  }
}

void Fft::transform(Complex *values, int sign) {
  // Stockham passes: before each, `count` interleaved transforms of length `done` are complete.
  Complex *from = values;
  Complex *to = other_.data();
  std::size_t done = 1;
  std::vector<Complex> in, wheel;
  const auto root = [this, sign](std::size_t k) {
    return sign < 0 ? roots_[k] : std::conj(roots_[k]);
  };
  for (const std::size_t radix : factors_) {
    const std::size_t count = size_ / (done * radix);
    in.resize(radix);
    wheel.resize(radix);
    for (std::size_t k = 0; k < radix; ++k) {
      wheel[k] = root(k * (size_ / radix));
    }
    for (std::size_t q = 0; q < count; ++q) {
      for (std::size_t p = 0; p < done; ++p) {
        for (std::size_t r = 0; r < radix; ++r) {
          in[r] = from[(r * count + q) * done + p] * root(r * p * count);
        }
        Complex *out = to + q * done * radix + p;
        if (radix == 2) {
          out[0] = in[0] + in[1];
          out[done] = in[0] - in[1];
        } else if (radix == 4) {
          const Complex a = in[0] + in[2], b = in[0] - in[2], c = in[1] + in[3];
          const Complex d = (in[1] - in[3]) * wheel[1];
          out[0] = a + c;
          out[done] = b + d;
          out[2 * done] = a - c;
          out[3 * done] = b - d;
        } else {
          for (std::size_t k = 0; k < radix; ++k) {
            Complex sum = in[0];
            for (std::size_t r = 1; r < radix; ++r) {
              sum += in[r] * wheel[r * k % radix];
            }
            out[k * done] = sum;
          }
        }
      }
    }
    std::swap(from, to);
    done *= radix;
  }
  if (from != values) {
    std::copy_n(from, size_, values);
  }
}

}  // namespace sgconv::emulation
