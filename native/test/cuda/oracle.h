// The definition in float64 (SEMANTICS section 2), for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "sgconv/geometry.h"

namespace sgconv::test {

using Doubles = std::vector<double>;

struct Problem {
  sgconv_mode mode;
  int64_t batch, heads, hidden, length;
  int64_t channels() const { return mode == SGCONV_BIDIRECTIONAL ? 2 * heads : heads; }
  int64_t inputs() const { return batch * hidden * length; }
  int64_t outputs() const { return batch * heads * hidden * length; }
};

struct Signals {
  Doubles u, dy, kernel, skip, pre, post;  // pre and post may be empty
};

struct Results {
  Doubles y, du, dk, dskip, dpre, dpost;
};

// Everything at once. Long rows go through an FFT in float64.
Results convolve(const Problem &problem, const Signals &signals);

// out[t] = sum over lags l of weight(l) * in[t - l], |l| < L: `weights` holds lags -(L-1) ... L-1.
Doubles correlate_directly(const Doubles &in, const Doubles &weights);
Doubles correlate_by_fft(const Doubles &in, const Doubles &weights);

}  // namespace sgconv::test
