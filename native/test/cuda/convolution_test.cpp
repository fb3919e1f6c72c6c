// The convolution through cuFFT on the emulated device, against the definition in float64.
#include <cstring>
#include <random>

#include "cufft_path.h"

namespace {

using namespace sgconv::test;

// SEMANTICS section 6; the peak holds beyond what rounding the output to its type explains.
constexpr double kPeak = 5e-6;

const char *name_of(int32_t dtype) {
  return dtype == SGCONV_FLOAT32 ? "float32" : dtype == SGCONV_BFLOAT16 ? "bfloat16" : "float16";
}

const char *name_of(sgconv_mode mode) {
  return mode == SGCONV_CAUSAL          ? "causal"
         : mode == SGCONV_BIDIRECTIONAL ? "bidirectional"
                                        : "circular";
}

Doubles random(std::mt19937_64 &source, int64_t count, int32_t dtype) {
  std::normal_distribution<double> normal;
  Doubles values(static_cast<std::size_t>(count));
  for (double &value : values) {
    value = normal(source);
  }
  return rounded(values, dtype);
}

Signals signals_for(const Problem &p, int32_t dtype, bool skip, bool gates, unsigned seed) {
  std::mt19937_64 source(seed);
  Signals s;
  s.u = random(source, p.inputs(), dtype);
  s.dy = random(source, p.outputs(), dtype);
  s.kernel = random(source, p.channels() * p.hidden * p.length, SGCONV_FLOAT32);
  if (skip) {
    s.skip = random(source, p.heads * p.hidden, SGCONV_FLOAT32);
  }
  if (gates) {
    s.pre = random(source, p.inputs(), dtype);
    s.post = random(source, p.inputs(), dtype);
  }
  return s;
}

Error worst[3];

void compare(const std::string &what, const Doubles &actual, const Doubles &expected, int32_t dtype,
             int32_t kind) {
  const Bound bound = bound_of(dtype);
  const Error error = error_of(actual, expected, bound.roundoff);
  worst[kind].l2 = std::fmax(worst[kind].l2, error.l2);
  worst[kind].peak = std::fmax(worst[kind].peak, error.peak);
  char text[200];
  std::snprintf(text, sizeof text, "%s: relative L2 %.3g (bound %.3g), peak %.3g (bound %.3g)",
                what.c_str(), error.l2, bound.l2, error.peak, kPeak);
  check(error.l2 <= bound.l2 && error.peak <= kPeak, text);
}

void run(const Problem &p, int32_t dtype, bool skip, bool gates, const Options &options) {
  const Signals s = signals_for(p, dtype, skip, gates, static_cast<unsigned>(p.length) + 7u);
  const Results expected = convolve(p, s);
  const Results actual = convolve_on_device(p, s, dtype, options);
  char name[160];
  std::snprintf(name, sizeof name, "%s %s B=%ld C=%ld H=%ld L=%ld N=%ld skew %zu%s%s",
                name_of(p.mode), name_of(dtype), static_cast<long>(p.batch),
                static_cast<long>(p.heads), static_cast<long>(p.hidden),
                static_cast<long>(p.length), static_cast<long>(options.size), options.skew,
                skip ? ", skip" : "", gates ? ", gates" : "");
  const std::string where(name);
  compare(where + " y", actual.y, expected.y, dtype, dtype);
  compare(where + " du", actual.du, expected.du, dtype, dtype);
  // Kernel gradients are float32 whatever the signals are.
  compare(where + " dk", actual.dk, expected.dk, SGCONV_FLOAT32, SGCONV_FLOAT32);
  compare(where + " dskip", actual.dskip, expected.dskip, SGCONV_FLOAT32, SGCONV_FLOAT32);
  if (gates) {
    compare(where + " dpre", actual.dpre, expected.dpre, dtype, dtype);
    compare(where + " dpost", actual.dpost, expected.dpost, dtype, dtype);
  }
}

void sweep() {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    for (const int64_t length : {1, 2, 3, 5, 17, 64, 255, 256, 257, 997, 1000, 1024}) {
      run({mode, 2, 1, 3, length}, SGCONV_FLOAT32, true, false, {});
    }
    for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
      for (const int64_t length : {1, 6, 33, 250}) {
        run({mode, 3, 2, 5, length}, dtype, true, true, {.size = 0, .skew = 1, .chunks = {2, 2}});
        run({mode, 3, 2, 5, length}, dtype, false, true, {.size = 2 * length + 1});
      }
    }
    run({mode, 1, 1, 2, 4095}, SGCONV_FLOAT32, true, false, {});
    run({mode, 1, 2, 1, 4097}, SGCONV_BFLOAT16, true, false, {});
    run({mode, 1, 1, 1, 14113}, SGCONV_FLOAT32, false, false, {});
  }
  run({SGCONV_BIDIRECTIONAL, 1, 1, 1, 65536}, SGCONV_FLOAT32, true, false, {});
}

// The gradients' bits do not depend on how the rows are chunked.
void chunks() {
  const Problem p{SGCONV_BIDIRECTIONAL, 5, 2, 3, 100};
  const Signals s = signals_for(p, SGCONV_FLOAT32, true, true, 11);
  const Results whole = convolve_on_device(p, s, SGCONV_FLOAT32, {});
  const Results parts =
      convolve_on_device(p, s, SGCONV_FLOAT32, {.size = 0, .skew = 0, .chunks = {2, 1}});
  check(whole.y == parts.y, "y does not depend on chunks");
  check(whole.du == parts.du, "du does not depend on chunks");
  check(whole.dk == parts.dk, "dk does not depend on chunks");
  check(whole.dskip == parts.dskip, "dskip does not depend on chunks");
  check(whole.dpre == parts.dpre, "dpre does not depend on chunks");
  check(whole.dpost == parts.dpost, "dpost does not depend on chunks");
}

// A test of the oracle's two ways to the same sums.
void oracle() {
  std::mt19937_64 source(3);
  const Doubles in = random(source, 77, SGCONV_FLOAT32);
  const Doubles weights = random(source, 153, SGCONV_FLOAT32);
  check(error_of(correlate_by_fft(in, weights), correlate_directly(in, weights)).l2 < 1e-14,
        "the oracle's FFT agrees with its sums");
}

}  // namespace

int main(int argc, char **argv) {
  // "long" and "huge" are runs of their own, because of their time.
  const char *part = argc > 1 ? argv[1] : "";
  if (std::strcmp(part, "long") == 0) {
    run({SGCONV_CAUSAL, 1, 1, 1, 1000000}, SGCONV_FLOAT32, true, false, {});
  } else if (std::strcmp(part, "huge") == 0) {
    run({SGCONV_BIDIRECTIONAL, 1, 1, 1, 4194304}, SGCONV_FLOAT32, true, false, {});
  } else {
    oracle();
    chunks();
    sweep();
  }
  for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
    std::printf("%s: worst relative L2 %.3g, worst peak %.3g rms\n", name_of(dtype),
                worst[dtype].l2, worst[dtype].peak);
  }
  return failures() == 0 ? 0 : 1;
}
