package org.sgconv.oracle;

/**
 * Operands of one convolution, each row after row.
 *
 * @param input u (B,H,L)
 * @param kernel k (C',H,L)
 * @param outputGradient dy (B,C·H,L)
 * @since 0.1.0
 */
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
public record TestSignals(double[] input, double[] kernel, double[] outputGradient) {}
