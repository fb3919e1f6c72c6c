// The ring steps around the emulated cuFFT against the definition in float64.
#include <algorithm>
#include <cstdio>
#include <string>

#include "cases.h"
#include "ring_path.h"

namespace {

using namespace sgconv::test;

void run(const Problem &p, int32_t dtype, bool skip, bool gates, int64_t size = 0,
         std::size_t skew = 0, oracle::SignalClass signals = oracle::SignalClass::kNoise) {
  const int gating = gates ? kBoth : kNone;
  const Signals s = oracle::draw(signals, p, static_cast<std::uint64_t>(p.length) + 7u,
                                 {skip, gates, gates}, type_of(dtype));
  expect(name_of(p, dtype, gating) + " N=" + std::to_string(size) + " skew " +
             std::to_string(skew) + (skip ? " skip " : " ") + oracle::name_of(signals),
         oracle::ExactConvolution(p, s).judge(convolve_by_ring_steps(p, s, dtype, size, skew),
                                              type_of(dtype)));
}

void sweep() {
  for (const sgconv_mode mode : oracle::kModes) {
    for (const int64_t length : {1, 2, 3, 5, 17, 64, 255, 256, 257, 997, 1000, 1024}) {
      run({mode, 2, 1, 3, length}, SGCONV_FLOAT32, true, false);
    }
    for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
      for (const int64_t length : {1, 6, 33, 250}) {
        run({mode, 3, 2, 5, length}, dtype, true, true, 0, 1);
        run({mode, 3, 2, 5, length}, dtype, false, true, 2 * length + 1);
      }
    }
    for (const oracle::SignalClass signals : oracle::kSignalClasses) {
      run({mode, 2, 1, 1, 1000}, SGCONV_FLOAT32, false, false, 0, 0, signals);
      const auto pick = static_cast<int32_t>(mode) % 3;  // each class meets each type
      run({mode, 2, 1, 1, 4097}, pick, false, false, 0, 0, signals);
    }
    run({mode, 1, 1, 2, 4095}, SGCONV_FLOAT32, true, false);
    run({mode, 1, 2, 1, 4097}, SGCONV_BFLOAT16, true, false);
    run({mode, 1, 1, 1, 14113}, SGCONV_FLOAT32, false, false);
  }
  run({SGCONV_BIDIRECTIONAL, 1, 1, 1, 65536}, SGCONV_FLOAT32, true, false);
}

// Kernels of other lengths than the signals', and signals of several lengths.
void lengths() {
  for (const int64_t length : {1, 2, 33, 250}) {
    const int64_t half = std::max<int64_t>(1, length / 2);
    const int64_t nearly = std::max<int64_t>(1, length - 1);
    for (const int32_t dtype : {SGCONV_FLOAT32, SGCONV_BFLOAT16, SGCONV_FLOAT16}) {
      for (const sgconv_mode mode : oracle::kModes) {
        for (const int64_t kernel : {int64_t{1}, nearly, length}) {
          run({mode, 2, 2, 3, length, kernel}, dtype, true, true);
        }
        if (mode == SGCONV_CIRCULAR) {
          continue;
        }
        for (const int64_t kernel : {length + 1, 3 * length}) {
          run({mode, 2, 1, 3, length, kernel}, dtype, true, false);
        }
        for (const bool gates : {true, false}) {
          run({mode, 5, 2, 3, length, half, {half, 1, 1, length, nearly}}, dtype, true, gates);
          run({mode, 2, 1, 1, length, 0, {half, half}}, dtype, false, gates);
        }
      }
    }
  }
  // More members than one launch clears beyond their signals.
  Problem many{SGCONV_CAUSAL, 600, 1, 1, 9};
  for (int64_t b = 0; b < many.batch; ++b) {
    many.lengths.push_back(1 + b % 9);
  }
  run(many, SGCONV_FLOAT32, false, true);
}

// Steps on parts of the rows do there what they do in the whole.
void parts() {
  const Problem p{SGCONV_CAUSAL, 5, 2, 3, 100, 0, {100, 7, 7, 99, 50}};
  const int64_t size = 112;
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
  Operands<float> whole(p, s, 0), cut(p, s, 0);
  const sgconv_cuda_rows all{p.heads, p.hidden, p.length, size, 0, p.batch, 0, p.hidden};
  const int64_t row = 2 * size, signals = p.batch * p.hidden;
  DeviceArray<float> z(poison<float>(signals * row)), sum(poison<float>(p.inputs()));
  const auto steps = [&](const sgconv_cuda_rows &rows, Operands<float> &o, float *complex_rows) {
    const int64_t *const lengths = o.lengths();
    ok(sgconv_cuda_twist(&rows, lengths, -1, SGCONV_FLOAT32, o.u(), o.pre(), complex_rows, nullptr),
       "twist");
    for (int32_t head = 0; head < p.heads; ++head) {
      ok(sgconv_cuda_untwist(&rows, lengths, head, SGCONV_FLOAT32, complex_rows, o.post(), nullptr,
                             o.y(), nullptr, nullptr),
         "untwist");
      ok(sgconv_cuda_gate_gradient(&rows, lengths, head, SGCONV_FLOAT32, complex_rows, o.dy(),
                                   sum.get(), o.dpost(), nullptr),
         "gate_gradient");
    }
    ok(sgconv_cuda_untwist(&rows, lengths, -1, SGCONV_FLOAT32, complex_rows, o.pre(), o.u(), o.du(),
                           o.dpre(), nullptr),
       "untwist with a product");
  };
  steps(all, whole, z.get());
  const std::vector<float> expected = z.host();
  for (int64_t b = 0; b < p.batch; b += 2) {
    for (int64_t h = 0; h < p.hidden; h += 2) {
      const sgconv_cuda_rows part{p.heads,  p.hidden,
                                  p.length, size,
                                  b,        std::min<int64_t>(2, p.batch - b),
                                  h,        std::min<int64_t>(2, p.hidden - h)};
      DeviceArray<float> some(poison<float>(part.batch_count * part.hidden_count * row));
      steps(part, cut, some.get());
      const std::vector<float> values = some.host();
      for (int64_t i = 0; i < part.batch_count * part.hidden_count; ++i) {
        const int64_t of_all = (b + i / part.hidden_count) * p.hidden + h + i % part.hidden_count;
        check(std::equal(values.begin() + i * row, values.begin() + (i + 1) * row,
                         expected.begin() + of_all * row),
              "twisted row " + std::to_string(of_all) + " by itself");
      }
    }
  }
  const Results a = whole.results(), b = cut.results();
  check(a.y == b.y && a.du == b.du && a.dpre == b.dpre && a.dpost == b.dpost,
        "signals from parts of the rows");
}

}  // namespace

int main(int argc, char **argv) {
  // "long" and "huge" are runs of their own, because of their time.
  const std::string part = argc > 1 ? argv[1] : "";
  if (part == "long") {
    run({SGCONV_CAUSAL, 1, 1, 1, 1000000}, SGCONV_FLOAT32, true, false);
  } else if (part == "huge") {
    run({SGCONV_BIDIRECTIONAL, 1, 1, 1, 4194304}, SGCONV_FLOAT32, true, false);
  } else if (part.empty()) {
    parts();
    lengths();
    sweep();
  } else {
    std::printf("no part %s: expected long or huge\n", argv[1]);
    return 2;
  }
  print_worst("ring steps");
  return failures() == 0 ? 0 : 1;
}
