// How many launches the four steps take, which the emulated device counts.
#include "emulation/control.h"
#include "plan_cases.h"

namespace {

using namespace sgconv::test;

// Launches of a backward pass, one signal at a time: three, one more where a gate's gradient is
// asked for, two more for another head. Three for each head bring the kernels' sums back to time.
void launches() {
  for (const int64_t heads : {1, 2}) {
    const Problem p{SGCONV_CAUSAL, 3, heads, 2, 20000};
    const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
    const Plan plan(p, SGCONV_FLOAT32);
    Operands<float> o(p, s, 0);
    DeviceArray<float> spectrum(static_cast<std::size_t>(plan.spectrum_bytes() / 4));
    ok(sgconv_cuda_plan_prepare(plan.get(), o.kernel(), o.skip(), spectrum.get(), nullptr),
       "plan_prepare");
    for (const bool gates : {false, true}) {
      const int64_t bytes = plan.workspace_bytes(
          p.batch,
          SGCONV_GRADIENT_INPUT | SGCONV_GRADIENT_KERNEL | (gates ? SGCONV_GRADIENT_POST : 0), 1.0);
      DeviceArray<float> workspace(static_cast<std::size_t>(bytes / 4));
      const int64_t before = sgconv_emulation_count("launch");
      ok(sgconv_cuda_plan_backward(plan.get(), spectrum.get(), p.batch, nullptr, o.u(), o.dy(),
                                   o.pre(), o.post(), o.du(), o.dk(), o.dskip(),
                                   gates ? o.dpre() : nullptr, gates ? o.dpost() : nullptr,
                                   workspace.get(), bytes, nullptr),
         "plan_backward");
      const int64_t of_chunk = 2 * heads + 1 + (gates ? heads : 0);
      check_equal(
          sgconv_emulation_count("launch") - before, p.batch * p.hidden * of_chunk + 3 * heads,
          "launches with " + std::to_string(heads) + " heads, gates " + std::to_string(gates));
      require(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    }
  }
}

}  // namespace

int main() {
  launches();
  return failures() == 0 ? 0 : 1;
}
