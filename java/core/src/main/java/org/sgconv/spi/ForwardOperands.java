package org.sgconv.spi;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Tensors of a forward call, y = post ⊙ conv(pre ⊙ u). Whoever makes them has checked shapes, types
 * and overlaps; the plan that takes them finds out where each lies, once, and so whether it is
 * still open. The same operands may come again in later calls.
 *
 * @param batch B
 * @param u (B,H,L)
 * @param pre gate before the convolution (B,H,L), or null for none
 * @param post gate after it (B,H,L), or null for none
 * @param lengths B values of 64 bits in the host's memory, each from 1 to L: samples of each row of
 *     the batch. What lies beyond counts as zero, whatever it is, and y is zero there. Null where
 *     every row has L samples
 * @param y (B,C·H,L), overwritten
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public record ForwardOperands(
    long batch,
    Tensor u,
    @Nullable Tensor pre,
    @Nullable Tensor post,
    @Nullable MemorySegment lengths,
    Tensor y) {}
