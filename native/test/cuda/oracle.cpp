#include "oracle.h"

#include <complex>

#include "emulation/fft.h"

namespace sgconv::test {
namespace {

constexpr int64_t kDirectLimit = 600;

std::size_t power_of_two(std::size_t least) {
  std::size_t size = 1;
  while (size < least) {
    size *= 2;
  }
  return size;
}

Doubles row(const Doubles &tensor, int64_t index, int64_t length) {
  const auto first = tensor.begin() + index * length;
  return {first, first + length};
}

void add(Doubles &tensor, int64_t index, const Doubles &values) {
  const auto length = static_cast<int64_t>(values.size());
  for (int64_t t = 0; t < length; ++t) {
    tensor[static_cast<std::size_t>(index * length + t)] += values[static_cast<std::size_t>(t)];
  }
}

Doubles times(const Doubles &a, const Doubles &b) {
  Doubles result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    result[i] = a[i] * b[i];
  }
  return result;
}

Doubles reversed(const Doubles &values) { return {values.rbegin(), values.rend()}; }

Doubles apply(const Doubles &in, const Doubles &weights) {
  return static_cast<int64_t>(in.size()) <= kDirectLimit ? correlate_directly(in, weights)
                                                         : correlate_by_fft(in, weights);
}

// Weights by lag, -(L-1) ... L-1, of head c and width h.
Doubles lags(const Problem &p, const Signals &s, int64_t c, int64_t h) {
  const int64_t n = p.length;
  Doubles weights(static_cast<std::size_t>(2 * n - 1), 0.0);
  const auto at = [&](int64_t lag) -> double & {
    return weights[static_cast<std::size_t>(lag + n - 1)];
  };
  const Doubles forward = row(s.kernel, c * p.hidden + h, n);
  for (int64_t j = 0; j < n; ++j) {
    at(j) += forward[static_cast<std::size_t>(j)];
    if (p.mode == SGCONV_CIRCULAR && j >= 1) {
      at(j - n) += forward[static_cast<std::size_t>(j)];
    }
  }
  if (p.mode == SGCONV_BIDIRECTIONAL) {
    const Doubles backward = row(s.kernel, (p.heads + c) * p.hidden + h, n);
    for (int64_t j = 0; j + 1 < n; ++j) {
      at(-1 - j) += backward[static_cast<std::size_t>(j)];
    }
  }
  if (!s.skip.empty()) {
    at(0) += s.skip[static_cast<std::size_t>(c * p.hidden + h)];
  }
  return weights;
}

// From correlations by lag to kernel and skip gradients.
void scatter(const Problem &p, const Doubles &by_lag, int64_t c, int64_t h, Results &r) {
  const int64_t n = p.length;
  const auto at = [&](int64_t lag) { return by_lag[static_cast<std::size_t>(lag + n - 1)]; };
  Doubles forward(static_cast<std::size_t>(n)), backward(static_cast<std::size_t>(n), 0.0);
  for (int64_t j = 0; j < n; ++j) {
    forward[static_cast<std::size_t>(j)] =
        at(j) + (p.mode == SGCONV_CIRCULAR && j >= 1 ? at(j - n) : 0.0);
    if (j + 1 < n) {
      backward[static_cast<std::size_t>(j)] = at(-1 - j);
    }
  }
  add(r.dk, c * p.hidden + h, forward);
  if (p.mode == SGCONV_BIDIRECTIONAL) {
    add(r.dk, (p.heads + c) * p.hidden + h, backward);
  }
  r.dskip[static_cast<std::size_t>(c * p.hidden + h)] += at(0);
}

// Correlation of g with x for every lag: sum_t g[t] x[t - lag].
Doubles all_lags(const Doubles &x, const Doubles &g) {
  const std::size_t n = x.size();
  Doubles by_lag(2 * n - 1, 0.0);
  if (static_cast<int64_t>(n) <= kDirectLimit) {
    for (std::size_t t = 0; t < n; ++t) {
      for (std::size_t s = 0; s < n; ++s) {
        by_lag[t + n - 1 - s] += g[t] * x[s];
      }
    }
    return by_lag;
  }
  const std::size_t size = power_of_two(2 * n);
  emulation::Fft fft(size);
  std::vector<std::complex<double>> a(size), b(size);
  std::copy(x.begin(), x.end(), a.begin());
  std::copy(g.begin(), g.end(), b.begin());
  fft.transform(a.data(), -1);
  fft.transform(b.data(), -1);
  for (std::size_t k = 0; k < size; ++k) {
    b[k] *= std::conj(a[k]);
  }
  fft.transform(b.data(), +1);
  for (std::size_t i = 0; i < by_lag.size(); ++i) {
    by_lag[i] = b[(i + size - (n - 1)) % size].real() / static_cast<double>(size);
  }
  return by_lag;
}

}  // namespace

Doubles correlate_directly(const Doubles &in, const Doubles &weights) {
  const auto n = static_cast<int64_t>(in.size());
  Doubles out(in.size(), 0.0);
  for (int64_t t = 0; t < n; ++t) {
    for (int64_t s = 0; s < n; ++s) {
      out[static_cast<std::size_t>(t)] +=
          weights[static_cast<std::size_t>(t - s + n - 1)] * in[static_cast<std::size_t>(s)];
    }
  }
  return out;
}

Doubles correlate_by_fft(const Doubles &in, const Doubles &weights) {
  const std::size_t n = in.size();
  // What wraps around falls below the first sum that is read.
  const std::size_t size = power_of_two(weights.size());
  emulation::Fft fft(size);
  std::vector<std::complex<double>> a(size), b(size);
  std::copy(in.begin(), in.end(), a.begin());
  std::copy(weights.begin(), weights.end(), b.begin());
  fft.transform(a.data(), -1);
  fft.transform(b.data(), -1);
  for (std::size_t k = 0; k < size; ++k) {
    a[k] *= b[k];
  }
  fft.transform(a.data(), +1);
  Doubles out(n);
  for (std::size_t t = 0; t < n; ++t) {
    out[t] = a[t + n - 1].real() / static_cast<double>(size);
  }
  return out;
}

Results convolve(const Problem &p, const Signals &s) {
  const auto zeros = [](int64_t count) { return Doubles(static_cast<std::size_t>(count), 0.0); };
  Results r{zeros(p.outputs()),        zeros(p.inputs()), zeros(p.channels() * p.hidden * p.length),
            zeros(p.heads * p.hidden), zeros(p.inputs()), zeros(p.inputs())};
  for (int64_t c = 0; c < p.heads; ++c) {
    for (int64_t h = 0; h < p.hidden; ++h) {
      const Doubles weights = lags(p, s, c, h);
      Doubles by_lag(weights.size(), 0.0);
      for (int64_t b = 0; b < p.batch; ++b) {
        const int64_t in = b * p.hidden + h;
        const int64_t out = (b * p.heads + c) * p.hidden + h;
        const Doubles u = row(s.u, in, p.length);
        const Doubles dy = row(s.dy, out, p.length);
        const Doubles x = s.pre.empty() ? u : times(u, row(s.pre, in, p.length));
        const Doubles z = apply(x, weights);
        const Doubles g = s.post.empty() ? dy : times(dy, row(s.post, in, p.length));
        add(r.y, out, s.post.empty() ? z : times(z, row(s.post, in, p.length)));
        add(r.dpost, in, times(z, dy));
        const Doubles dx = apply(g, reversed(weights));
        add(r.du, in, s.pre.empty() ? dx : times(dx, row(s.pre, in, p.length)));
        add(r.dpre, in, times(dx, u));
        add(by_lag, 0, all_lags(x, g));
      }
      scatter(p, by_lag, c, h, r);
    }
  }
  return r;
}

}  // namespace sgconv::test
