// What the tests of the fused convolution check of a problem.
#pragma once

#include "cases.h"
#include "fused_path.h"

namespace sgconv::test {

// A pass against float64.
void run(const Problem &p, int32_t dtype, int gating, const Options &options = {},
         oracle::SignalClass signals = oracle::SignalClass::kNoise);
// The same without gates, which make noise of a tone, of every class of signals.
void run_classes(const Problem &p, int32_t dtype, const Options &options = {});
bool same(const Results &a, const Results &b);
// The same bits every time, however the caller cuts the rows.
void repeats(int64_t batch, int64_t hidden, int64_t length);
// The fused convolution and the one through cuFFT, of the same signals.
void both_paths(int64_t length);

}  // namespace sgconv::test
