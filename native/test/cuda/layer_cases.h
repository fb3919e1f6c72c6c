// Operations of layers against their definitions in float64; they check what they compute
// (check.h).
#pragma once

#include <cstdint>

#include "sgconv/cuda_layers.h"

namespace sgconv::test {

void run_activation(int64_t count, bool gelu, double probability, int64_t first, std::size_t skew);
void run_add(const sgconv_signal_geometry &g, double probability);
// Through the emulated cuBLAS, in parts of `members` of the batch.
void run_linear(const sgconv_linear_geometry &g, int64_t members);
void run_layer_norm(const sgconv_signal_geometry &g);
void run_scalar_norm(const sgconv_signal_geometry &g);
void run_batch_norm(const sgconv_signal_geometry &g);
void run_embedding(const sgconv_signal_geometry &g, int64_t vocabulary);
void run_pool(const sgconv_signal_geometry &g);
void run_pair_features(int64_t pairs, int64_t channels);
void run_cross_entropy(int64_t batch, int64_t classes);
void run_transpose(int64_t batch, int64_t rows, int64_t columns);

}  // namespace sgconv::test
