package org.sgconv.benchmarks.model;

/**
 * Java heap that a process allocated for an operation.
 *
 * @param bytes by JMH's profiler, which counts its own as well
 * @param callerBytes of the calling thread once everything was compiled; NaN if nobody knows
 */
public record HeapUse(double bytes, double callerBytes) {}
