package org.sgconv.benchmarks.limit;

/**
 * What an operation cannot do without.
 *
 * @param bytes to and from memory: every input read once, every output written once
 * @param flops floating-point operations
 */
public record Work(double bytes, double flops) {}
