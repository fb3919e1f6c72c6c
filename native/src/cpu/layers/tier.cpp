// Compiled once for every instruction set and for float and double.
#include "cpu/layers/batch_norm.h"
#include "cpu/layers/embedding.h"
#include "cpu/layers/linear.h"
#include "cpu/layers/norm.h"
#include "cpu/layers/pointwise.h"
#include "cpu/layers/pooling.h"
#include "cpu/layers/transpose.h"

namespace sgconv::SGCONV_TIER {

extern const Layers<Real> layers;
const Layers<Real> layers = {
    .gelu_forward = gelu_forward,
    .gelu_backward = gelu_backward,
    .add = add,
    .linear_forward = linear_forward,
    .linear_backward = linear_backward,
    .linear_finish = linear_finish,
    .layer_norm_forward = norm_forward<false>,
    .layer_norm_backward = norm_backward<false>,
    .layer_norm_finish = norm_finish<false>,
    .scalar_norm_forward = norm_forward<true>,
    .scalar_norm_backward = norm_backward<true>,
    .scalar_norm_finish = norm_finish<true>,
    .batch_norm_forward = batch_norm_forward,
    .batch_norm_backward = batch_norm_backward,
    .batch_norm_sums = batch_norm_sums,
    .batch_norm_squares = batch_norm_squares,
    .batch_norm_write = batch_norm_write,
    .batch_norm_gradient_sums = batch_norm_gradient_sums,
    .batch_norm_gradient_write = batch_norm_gradient_write,
    .embedding_forward = embedding_forward,
    .embedding_backward = embedding_backward,
    .pool_forward = pool_forward,
    .pool_backward = pool_backward,
    .transpose = transpose,
};

}  // namespace sgconv::SGCONV_TIER
