package org.sgconv.spi;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Tensors of a backward call, checked like those of a {@linkplain ForwardOperands forward call}.
 *
 * @param batch B
 * @param u (B,H,L)
 * @param pre gate before the convolution (B,H,L), or null for none
 * @param post gate after it (B,H,L), or null for none
 * @param lengths as in the forward call: what lies beyond them in u, the gates and dy counts as
 *     zero, and gradients are zero there
 * @param dy gradient of y (B,C·H,L)
 * @param targets where gradients go; those of gates only where the gates are
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public record BackwardOperands(
    long batch,
    Tensor u,
    @Nullable Tensor pre,
    @Nullable Tensor post,
    @Nullable MemorySegment lengths,
    Tensor dy,
    GradientTargets targets) {}
