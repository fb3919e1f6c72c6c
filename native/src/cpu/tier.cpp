// Compiled once for every instruction set and for float and double.
#include "cpu/block_gradients.h"
#include "cpu/direct.h"
#include "cpu/gradients.h"
#include "cpu/synthesis.h"
#include "cpu/taps.h"

namespace sgconv::SGCONV_TIER {

extern const Layers<Real> layers;  // layers/tier.cpp
extern const Tier tier;
const Tier tier = {
    .width = W,
    .max_radix = SGCONV_MAX_RADIX,
    .rows = {prepare_rows, forward_rows, backward_rows, finish_rows},
    .direct = {direct_prepare, direct_forward, direct_backward, direct_finish},
    .blocks = {prepare_blocks, forward_blocks, backward_blocks, finish_blocks},
    .taps = {prepare_taps, forward_taps, backward_taps, finish_taps},
    .logarithms = fill_logarithms,
    .synthesis_norm = synthesis_norm,
    .synthesis_forward = synthesis_forward,
    .synthesis_backward = synthesis_backward,
    .layers = &layers,
};

}  // namespace sgconv::SGCONV_TIER
