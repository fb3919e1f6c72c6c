#include "plan_cases.h"

#include <algorithm>
#include <set>

namespace sgconv::test {
namespace {

// Another type and other gates each time.
struct Turns {
  int count = 0;
  void run(const Problem &p) {
    const int turn = count++;
    test::run(p, turn % 3, turn % 4, {.skew = static_cast<std::size_t>(turn % 2)});
  }
};

}  // namespace

void run(const Problem &p, int32_t dtype, int gating, const Options &options,
         oracle::SignalClass signals) {
  const Signals s = signals_for(p, dtype, gating, signals);
  expect(
      name_of(p, dtype, gating) + " " + oracle::name_of(signals),
      oracle::ExactConvolution(p, s).judge(convolve_by_plan(p, s, dtype, options), type_of(dtype)));
}

void run_classes(const Problem &p, int32_t dtype) {
  for (const oracle::SignalClass signals : oracle::kSignalClasses) {
    run(p, dtype, kNone, {}, signals);
  }
}

void run_lengths(int64_t length) {
  Turns turns;
  for (const sgconv_mode mode : oracle::kModes) {
    const bool circular = mode == SGCONV_CIRCULAR;
    std::set<int64_t> kernels{1, std::max<int64_t>(1, length / 3), std::max<int64_t>(1, length - 1),
                              length};
    if (!circular) {
      kernels.insert({length + 1, 3 * length});
    }
    for (const int64_t kernel : kernels) {
      turns.run({mode, 2, 1 + turns.count % 2, 2, length, kernel});
    }
    if (circular) {
      continue;
    }
    const int64_t half = std::max<int64_t>(1, length / 2),
                  nearly = std::max<int64_t>(1, length - 1);
    turns.run({mode, 5, 2, 2, length, 0, {half, 1, 1, length, nearly}});
    turns.run({mode, 3, 1, 3, length, length + 7, {nearly, half, half}});
    turns.run({mode, 2, 2, 1, length, half, {length, length}});
    turns.run({mode, 1, 1, 1, length, 0, {half}});
  }
}

bool same(const Results &a, const Results &b) {
  return a.y == b.y && a.du == b.du && a.dk == b.dk && a.dskip == b.dskip && a.dpre == b.dpre &&
         a.dpost == b.dpost;
}

void repeats(const Problem &p) {
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
  const Results whole = convolve_by_plan(p, s, SGCONV_FLOAT32);
  expect(name_of(p, SGCONV_FLOAT32, kBoth), oracle::ExactConvolution(p, s).judge(whole));
  for (const double workspace : {0.0, 0.1, 0.35, 0.6, 1.0}) {
    check(same(whole, convolve_by_plan(p, s, SGCONV_FLOAT32, {.workspace = workspace})),
          p.text() + ": the same bits with a workspace of " + std::to_string(workspace));
  }
}

void parts(const Problem &p) {
  const Signals s = signals_for(p, SGCONV_FLOAT32, kBoth);
  const Results all = convolve_by_plan(p, s, SGCONV_FLOAT32);
  const Plan plan(p, SGCONV_FLOAT32);
  Operands<float> o(p, s, 0);
  DeviceArray<float> spectrum(poison<float>(plan.spectrum_bytes() / 4));
  ok(sgconv_cuda_plan_prepare(plan.get(), o.kernel(), o.skip(), spectrum.get(), nullptr),
     "plan_prepare");
  const struct {
    int32_t gradients;
    bool du, dk, dskip, dpre, dpost;
  } wishes[] = {{SGCONV_GRADIENT_INPUT, true, false, false, false, false},
                {SGCONV_GRADIENT_INPUT, false, false, false, true, false},
                {SGCONV_GRADIENT_POST, false, false, false, false, true},
                {SGCONV_GRADIENT_KERNEL, false, true, false, false, false},
                {SGCONV_GRADIENT_KERNEL, false, false, true, false, false},
                {SGCONV_GRADIENT_INPUT | SGCONV_GRADIENT_KERNEL, true, false, true, false, false},
                {SGCONV_GRADIENT_INPUT | SGCONV_GRADIENT_POST, true, false, false, false, true},
                {SGCONV_GRADIENT_KERNEL | SGCONV_GRADIENT_POST, false, true, false, false, true}};
  for (const auto &wish : wishes) {
    Operands<float> into(p, s, 0);
    const int64_t bytes = plan.workspace_bytes(p.batch, wish.gradients, 0.5);
    DeviceArray<float> workspace(poison<float>(bytes / 4));
    const auto backward = [&](int64_t given) {
      return sgconv_cuda_plan_backward(
          plan.get(), spectrum.get(), p.batch, o.lengths(), o.u(), o.dy(), o.pre(), o.post(),
          wish.du ? into.du() : nullptr, wish.dk ? into.dk() : nullptr,
          wish.dskip ? into.dskip() : nullptr, wish.dpre ? into.dpre() : nullptr,
          wish.dpost ? into.dpost() : nullptr, workspace.get(), given, nullptr);
    };
    ok(backward(bytes), "plan_backward");
    const Results some = into.results();
    const auto expect_same = [&](const char *name, bool asked, const Doubles &actual,
                                 const Doubles &expected) {
      check(!asked || actual == expected, p.text() + ": " + name + " by itself");
    };
    expect_same("du", wish.du, some.du, all.du);
    expect_same("dk", wish.dk, some.dk, all.dk);
    expect_same("dskip", wish.dskip, some.dskip, all.dskip);
    expect_same("dpre", wish.dpre, some.dpre, all.dpre);
    expect_same("dpost", wish.dpost, some.dpost, all.dpost);
    const int64_t least = plan.workspace_bytes(p.batch, wish.gradients, 0.0);
    if (least > 0) {
      check_equal(backward(least - 8), SGCONV_INVALID_ARGUMENT, "a short workspace");
    }
  }
}

}  // namespace sgconv::test
