#include "fused_cases.h"

#include <random>

namespace sgconv::test {
namespace {

constexpr double kPeak = 5e-6;  // SEMANTICS section 6
double worst = 0;

// Normal, or of magnitudes from 1/2 to 1: the largest of many products of normal numbers says more
// of the numbers than of the transform that made one of them.
constexpr int64_t kMostNormal = 1 << 14;

Doubles random(std::mt19937_64 &source, int64_t count, int32_t dtype) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> signed_half(-0.5, 0.5);
  Doubles values(static_cast<std::size_t>(count));
  for (double &value : values) {
    const double half = signed_half(source);
    value = count > kMostNormal ? half + std::copysign(0.5, half) : normal(source);
  }
  return rounded(values, dtype);
}

void compare(const std::string &what, const Doubles &actual, const Doubles &expected,
             int32_t dtype) {
  const Bound bound = bound_of(dtype);
  const Error error = error_of(actual, expected, bound.roundoff);
  worst = std::fmax(worst, dtype == SGCONV_FLOAT32 ? error.l2 : 0);
  char text[64];
  std::snprintf(text, sizeof text, ": L2 %.3g, peak %.3g", error.l2, error.peak);
  check(actual.size() == expected.size() && error.l2 <= bound.l2 && error.peak <= kPeak,
        what + text);
}

Doubles joined(Doubles a, const Doubles &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

Signals signals_for(const Problem &p, int32_t dtype, int gating, bool skip) {
  std::mt19937_64 source(static_cast<unsigned>(p.length) + 3u);
  Signals s;
  s.u = random(source, p.inputs(), dtype);
  s.dy = random(source, p.outputs(), dtype);
  s.kernel = random(source, p.channels() * p.hidden * p.length, SGCONV_FLOAT32);
  if (skip) {
    s.skip = random(source, p.heads * p.hidden, SGCONV_FLOAT32);
  }
  if ((gating & kPre) != 0) {
    s.pre = random(source, p.inputs(), dtype);
  }
  if ((gating & kPost) != 0) {
    s.post = random(source, p.inputs(), dtype);
  }
  return s;
}

void compare(const std::string &where, const Results &actual, const Results &expected,
             int32_t dtype, int gating) {
  compare(where + " y", actual.y, expected.y, dtype);
  compare(where + " du", actual.du, expected.du, dtype);
  // One row's dskip may be nearly 0 by chance; it is one more lag 0 of the same correlation.
  compare(where + " dk, dskip", joined(actual.dk, actual.dskip),
          joined(expected.dk, expected.dskip), SGCONV_FLOAT32);
  if ((gating & kPre) != 0) {
    compare(where + " dpre", actual.dpre, expected.dpre, dtype);
  }
  if ((gating & kPost) != 0) {
    compare(where + " dpost", actual.dpost, expected.dpost, dtype);
  }
}

void run(const Problem &p, int32_t dtype, int gating, const Options &options) {
  const Signals s = signals_for(p, dtype, gating, true);
  char name[200];
  std::snprintf(name, sizeof name, "mode %d dtype %d B=%ld C=%ld H=%ld L=%ld N=%ld gates %d",
                static_cast<int>(p.mode), dtype, static_cast<long>(p.batch),
                static_cast<long>(p.heads), static_cast<long>(p.hidden),
                static_cast<long>(p.length), static_cast<long>(options.size), gating);
  compare(name, convolve_in_blocks(p, s, dtype, options), convolve(p, s), dtype, gating);
}

bool same(const Results &a, const Results &b) {
  return a.y == b.y && a.du == b.du && a.dk == b.dk && a.dskip == b.dskip && a.dpre == b.dpre &&
         a.dpost == b.dpost;
}

// The same bits every time, however the caller cuts the rows.
void repeats(int64_t batch, int64_t hidden, int64_t length) {
  const Problem p{SGCONV_BIDIRECTIONAL, batch, 2, hidden, length};
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth, true);
  const Results whole = convolve_in_blocks(p, s, SGCONV_FLOAT32, {});
  check(same(whole, convolve_in_blocks(p, s, SGCONV_FLOAT32, {})), "the same bits again");
  for (const Chunks chunks : {Chunks{1, 1}, Chunks{3, 2}, Chunks{batch - 1, hidden}}) {
    check(same(whole,
               convolve_in_blocks(p, s, SGCONV_FLOAT32, {.size = 0, .skew = 0, .chunks = chunks})),
          "the same bits in chunks of " + std::to_string(chunks.batch) + " x " +
              std::to_string(chunks.hidden));
  }
}

// The path through cuFFT computes the same.
void agrees(int64_t length) {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    const Problem p{mode, 2, 2, 2, length};
    const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth, false);
    compare("fused against cuFFT, L=" + std::to_string(length),
            convolve_in_blocks(p, s, SGCONV_FLOAT32, {}),
            convolve_on_device(p, s, SGCONV_FLOAT32, {}), SGCONV_FLOAT32, kBoth);
  }
}

double worst_l2() { return worst; }

}  // namespace sgconv::test
