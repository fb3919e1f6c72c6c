package org.sgconv.spi;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Where gradients go; null where one is not wanted.
 *
 * @param input du (B,H,L)
 * @param kernel dk (C',H,K)
 * @param skip dD (C,H)
 * @param pre gradient of the gate before the convolution (B,H,L)
 * @param post gradient of the gate after it (B,H,L)
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public record GradientTargets(
    @Nullable Tensor input,
    @Nullable Tensor kernel,
    @Nullable Tensor skip,
    @Nullable Tensor pre,
    @Nullable Tensor post) {}
