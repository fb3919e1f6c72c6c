// Spectra straight from a kernel's parameters, on the emulated device: the bits of those that go
// through a kernel in device memory.
#include "check.h"
#include "plan_synthesis_cases.h"

namespace {

using namespace sgconv::test;

constexpr int64_t kSizes[] = {256,  384,  512,  768,  1024,  1536, 2048,
                              3072, 4096, 6144, 8192, 12288, 16384};

// Scales for a full length d * 2^(S-1+r) of at least `length`.
int64_t scales_for(int64_t length, int64_t dim, int64_t init_scale) {
  int64_t scales = 1;
  while ((dim << (scales - 1 + init_scale)) < length) {
    ++scales;
  }
  return scales;
}

// Kernels cut to L, kernels that end before it, and kernels of K values.
void at_size(sgconv_mode mode, int rules, int64_t size) {
  run_plan_synthesis(
      {mode, rules_of(rules), size, size, 1, 2, 5, scales_for(size, 5, 0), 0, false});
  const int64_t length = size - size / 5;
  run_plan_synthesis(
      {mode, rules_of(rules), size, length, 2, 3, 4, scales_for(length / 4, 4, 1), 1, true});
  run_plan_synthesis({mode, rules_of(rules), size, length, 1, 2, 4, scales_for(length, 4, 1), 1,
                      true, length / 2});
  if (mode != SGCONV_CIRCULAR) {
    run_plan_synthesis({mode, rules_of(rules), size, length, 1, 2, 4, scales_for(2 * length, 4, 1),
                        1, true, 2 * length});
  }
}

void sweep() {
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    int number = 0;  // of the rules: each meets each mode
    for (const int64_t size : kSizes) {
      at_size(mode, number++ % 8, size);
    }
    for (int rules = 0; rules < 8; ++rules) {
      for (const int64_t length : {1, 2, 100, 255}) {
        run_plan_synthesis({mode, rules_of(rules), 256, length, 1, 9, 3, 4, 2, true});
      }
      run_plan_synthesis({mode, rules_of(rules), 384, 300, 1, 1, 1, 1, 0, false});  // one parameter
    }
  }
  // Of windows of a row: in a circular one, too, without the lags of the other end.
  for (const sgconv_mode mode : {SGCONV_CAUSAL, SGCONV_BIDIRECTIONAL, SGCONV_CIRCULAR}) {
    run_plan_synthesis({mode, rules_of(3), 1024, 10000, 1, 2, 4, scales_for(60, 4, 1), 1, true,
                        mode == SGCONV_BIDIRECTIONAL ? 30 : 60});
  }
  // Beyond one block.
  at_size(SGCONV_CAUSAL, 0, 24 << 10);
  at_size(SGCONV_BIDIRECTIONAL, 5, 32 << 10);
  at_size(SGCONV_CIRCULAR, 2, 384 << 10);
  // The most pieces that a kernel can have.
  for (const int64_t size : {256, 16384, 24 << 10}) {
    run_plan_synthesis({SGCONV_BIDIRECTIONAL, rules_of(0), size, size, 1, 9, 1, 57, 0, true});
  }
}

}  // namespace

int main() {
  sweep();
  return failures() == 0 ? 0 : 1;
}
