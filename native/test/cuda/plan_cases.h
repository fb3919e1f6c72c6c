// What the tests of plans check of a problem.
#pragma once

#include "cases.h"
#include "plan_path.h"

namespace sgconv::test {

// A pass against float64.
void run(const Problem &p, int32_t dtype, int gating, const Options &options = {},
         oracle::SignalClass signals = oracle::SignalClass::kNoise);
// The same without gates, which make noise of a tone, of every class of signals.
void run_classes(const Problem &p, int32_t dtype);
// Kernels of other lengths than the signals', and signals of several lengths, in every mode: each
// size meets every type and all gates.
void run_lengths(int64_t length);
bool same(const Results &a, const Results &b);
// The same bits every time, whatever the workspace. `p.heads` may be any.
void repeats(const Problem &p);
// What is not asked for changes nothing about the rest.
void parts(const Problem &p);

}  // namespace sgconv::test
