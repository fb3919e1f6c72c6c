package org.sgconv.benchmarks.cpu;

/**
 * What one process measured.
 *
 * @param medianMs median over its invocations
 * @param invocations how many there were
 * @param bytesPerOperation Java heap allocated by an invocation
 * @param finding how right the result was
 */
record Sample(double medianMs, long invocations, double bytesPerOperation, Finding finding) {}
