package org.sgconv.spi;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Tensors of the backward pass of a linear map over channels: see {@link LinearOperands}. The
 * gradient of the residual is dy.
 *
 * @param gelu as in the forward call
 * @param dropout as in the forward call
 * @param glu as in the forward call
 * @param tied as in the forward call
 * @param x (B,N,L), as in the forward call
 * @param weight (M,N), as in the forward call
 * @param z (B,M,L), which the forward call wrote; null without a gated linear unit
 * @param dy gradient of y (B,P,L)
 * @param dx gradient of x (B,N,L), overwritten, or null if it is not wanted
 * @param dweight gradient of the weight (M,N), overwritten
 * @param dbias gradient of the bias (M), overwritten, or null if there is no bias
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public record LinearGradientOperands(
    boolean gelu,
    Dropout dropout,
    boolean glu,
    Dropout tied,
    Tensor x,
    Tensor weight,
    @Nullable Tensor z,
    Tensor dy,
    @Nullable Tensor dx,
    Tensor dweight,
    @Nullable Tensor dbias) {}
