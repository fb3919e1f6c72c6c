// The convolution through cuFFT against the definition in float64.
#include <cstdio>
#include <string>

#include "cases.h"
#include "cufft_path.h"

namespace {

using namespace sgconv::test;

void run(const Problem &p, int32_t dtype, bool skip, bool gates, const Options &options,
         oracle::SignalClass signals = oracle::SignalClass::kNoise) {
  const int gating = gates ? kBoth : kNone;
  const Signals s = oracle::draw(signals, p, static_cast<std::uint64_t>(p.length) + 7u,
                                 {skip, gates, gates}, type_of(dtype));
  expect(name_of(p, dtype, gating) + " N=" + std::to_string(options.size) + " skew " +
             std::to_string(options.skew) + (skip ? " skip " : " ") + oracle::name_of(signals),
         oracle::ExactConvolution(p, s).judge(convolve_on_device(p, s, dtype, options),
                                              type_of(dtype)));
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
    for (const oracle::SignalClass signals : oracle::kSignalClasses) {
      run({mode, 2, 1, 1, 1000}, SGCONV_FLOAT32, false, false, {}, signals);
      const auto pick = static_cast<int32_t>(mode);  // each class meets each type
      run({mode, 2, 1, 1, 4097}, pick, false, false, {}, signals);
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
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
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

}  // namespace

int main(int argc, char **argv) {
  // "long" and "huge" are runs of their own, because of their time.
  const std::string part = argc > 1 ? argv[1] : "";
  if (part == "long") {
    run({SGCONV_CAUSAL, 1, 1, 1, 1000000}, SGCONV_FLOAT32, true, false, {});
  } else if (part == "huge") {
    run({SGCONV_BIDIRECTIONAL, 1, 1, 1, 4194304}, SGCONV_FLOAT32, true, false, {});
  } else if (part.empty()) {
    chunks();
    sweep();
  } else {
    std::printf("no part %s: expected long or huge\n", argv[1]);
    return 2;
  }
  print_worst("convolution through cuFFT");
  return failures() == 0 ? 0 : 1;
}
