// What the oracle says of results, checked and kept for the line that a test program ends with.
#pragma once

#include <string>
#include <vector>

#include "exact_convolution.h"
#include "signals.h"

namespace sgconv::test {

enum Gating { kNone = 0, kPre = 1, kPost = 2, kBoth = 3 };

oracle::Type type_of(int32_t dtype);

// The case as failures name it.
std::string name_of(const oracle::Problem &problem, int32_t dtype, int gating);

// Drawn from a seed of the length, with D.
oracle::Signals signals_for(const oracle::Problem &problem, int32_t dtype, int gating,
                            oracle::SignalClass signals = oracle::SignalClass::kNoise);

// Every result within its bound.
void expect(const std::string &where, const std::vector<oracle::Judgement> &judgements);

// The worst errors so far, as fractions of their bounds.
void print_worst(const char *program);

}  // namespace sgconv::test
