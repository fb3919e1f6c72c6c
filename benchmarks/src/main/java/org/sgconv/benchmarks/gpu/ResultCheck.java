package org.sgconv.benchmarks.gpu;

/**
 * One row or channel of a result against float64.
 *
 * @param result y, du, dk or dD
 * @param relativeError ‖error‖ relative to what the transforms carry
 * @param ofBound how much of the error's bound is used; beyond 1 the result is wrong
 */
public record ResultCheck(String result, double relativeError, double ofBound) {}
