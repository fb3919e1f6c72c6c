// Compiled once for every instruction set and for float and double.
#include "cpu/direct.h"
#include "cpu/gradients.h"
#include "cpu/synthesis.h"

namespace sgconv::SGCONV_TIER {

extern const Tier tier;
const Tier tier = {
    .width = W,
    .max_radix = SGCONV_MAX_RADIX,
    .prepare = prepare_rows,
    .forward = forward_rows,
    .backward = backward_rows,
    .finish_correlation = finish_rows,
    .direct_prepare = direct_prepare,
    .direct_forward = direct_forward,
    .direct_backward = direct_backward,
    .direct_finish_correlation = direct_finish,
    .logarithms = fill_logarithms,
    .synthesis_norm = synthesis_norm,
    .synthesis_forward = synthesis_forward,
    .synthesis_backward = synthesis_backward,
};

}  // namespace sgconv::SGCONV_TIER
