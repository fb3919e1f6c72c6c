package org.sgconv.spi;

import org.sgconv.tensor.Tensor;

/**
 * The parameters that a kernel is made of, checked like the operands of a {@linkplain
 * ForwardOperands forward call}.
 *
 * @param geometry their shape, and how the kernel follows from them
 * @param weights (S,C',H,d)
 * @param decay (H): multipliers or exponents
 * @param norm (C',H)
 * @since 0.1.0
 */
public record KernelOperands(KernelGeometry geometry, Tensor weights, Tensor decay, Tensor norm) {}
