// What the tests of the fused convolution check of a problem.
#pragma once

#include "fused_path.h"

namespace sgconv::test {

enum Gating { kNone = 0, kPre = 1, kPost = 2, kBoth = 3 };

Signals signals_for(const Problem &p, int32_t dtype, int gating, bool skip);

// Everything within the bounds of SEMANTICS section 6.
void compare(const std::string &where, const Results &actual, const Results &expected,
             int32_t dtype, int gating);
// A pass against float64.
void run(const Problem &p, int32_t dtype, int gating, const Options &options = {});
bool same(const Results &a, const Results &b);
// The same bits every time, however the caller cuts the rows.
void repeats(int64_t batch, int64_t hidden, int64_t length);
// The path through cuFFT computes the same.
void agrees(int64_t length);

// Of all float32 signals and of kernel gradients so far.
double worst_l2();

}  // namespace sgconv::test
