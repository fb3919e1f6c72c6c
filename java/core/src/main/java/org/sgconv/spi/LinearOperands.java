package org.sgconv.spi;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Tensors of a linear map over channels, {@code z = W·a + bias} at every position, with what meets
 * it in a model: {@code y = residual + tied ⊙ act(z)}, where {@code a = dropout ⊙ gelu(x)} or
 * {@code dropout ⊙ x}, and {@code act} is a gated linear unit, {@code z₁ ⊙ σ(z₂)} of the first and
 * second half of z's channels, or nothing.
 *
 * @param gelu whether a is the exact GELU of x, {@code x·(1 + erf(x/√2))/2}, and not x
 * @param dropout of each element (B,N,L) of a
 * @param glu whether there is a gated linear unit
 * @param tied of rows (B,P): one for all positions of a row of y
 * @param x (B,N,L)
 * @param weight (M,N); with a gated linear unit M = 2P, otherwise M = P
 * @param bias (M), or null for none
 * @param residual (B,P,L), or null for none
 * @param z (B,M,L), overwritten; only with a gated linear unit, whose gradient needs it, and even
 *     then null where no gradient will be asked for
 * @param y (B,P,L), overwritten; may be the residual
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public record LinearOperands(
    boolean gelu,
    Dropout dropout,
    boolean glu,
    Dropout tied,
    Tensor x,
    Tensor weight,
    @Nullable Tensor bias,
    @Nullable Tensor residual,
    @Nullable Tensor z,
    Tensor y) {}
