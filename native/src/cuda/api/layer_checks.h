// Checks of what the functions for layers take.
#pragma once

#include "cuda/api/checks.h"
#include "sgconv/cuda_layers.h"

namespace sgconv::cuda {

void check_dropout(const char *name, const sgconv_dropout *dropout);
void check_signal(const sgconv_signal_geometry *geometry);
void check_linear(const sgconv_linear_geometry *geometry, int64_t member_first);
// Both or neither is NULL.
void check_statistics(const float *mean, const float *scale);
// `count` numbers of the host's memory, each from `least` to `most`.
void check_numbers(const char *name, const int64_t *numbers, int64_t count, int64_t least,
                   int64_t most);

}  // namespace sgconv::cuda
