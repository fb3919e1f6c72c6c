#include "fused_cases.h"

namespace sgconv::test {

void run(const Problem &p, int32_t dtype, int gating, const Options &options,
         oracle::SignalClass signals) {
  const Signals s = signals_for(p, dtype, gating, signals);
  expect(name_of(p, dtype, gating) + " N=" + std::to_string(options.size) + " " +
             oracle::name_of(signals),
         oracle::ExactConvolution(p, s).judge(convolve_in_blocks(p, s, dtype, options),
                                              type_of(dtype)));
}

void run_classes(const Problem &p, int32_t dtype, const Options &options) {
  for (const oracle::SignalClass signals : oracle::kSignalClasses) {
    run(p, dtype, kNone, options, signals);
  }
}

bool same(const Results &a, const Results &b) {
  return a.y == b.y && a.du == b.du && a.dk == b.dk && a.dskip == b.dskip && a.dpre == b.dpre &&
         a.dpost == b.dpost;
}

// The same bits every time, however the caller cuts the rows.
void repeats(int64_t batch, int64_t hidden, int64_t length) {
  const Problem p{SGCONV_BIDIRECTIONAL, batch, 2, hidden, length};
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
  const Results whole = convolve_in_blocks(p, s, SGCONV_FLOAT32, {});
  check(same(whole, convolve_in_blocks(p, s, SGCONV_FLOAT32, {})), "the same bits again");
  for (const Chunks chunks : {Chunks{1, 1}, Chunks{3, 2}, Chunks{batch - 1, hidden}}) {
    check(same(whole,
               convolve_in_blocks(p, s, SGCONV_FLOAT32, {.size = 0, .skew = 0, .chunks = chunks})),
          "the same bits in chunks of " + std::to_string(chunks.batch) + " x " +
              std::to_string(chunks.hidden));
  }
}

void both_paths(int64_t length) {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    const Problem p{mode, 2, 2, 2, length};
    const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
    const oracle::ExactConvolution exact(p, s);
    const std::string where = name_of(p, SGCONV_FLOAT32, kBoth);
    expect(where, exact.judge(convolve_in_blocks(p, s, SGCONV_FLOAT32, {})));
    expect(where + " cuFFT", exact.judge(convolve_on_device(p, s, SGCONV_FLOAT32, {})));
  }
}

}  // namespace sgconv::test
