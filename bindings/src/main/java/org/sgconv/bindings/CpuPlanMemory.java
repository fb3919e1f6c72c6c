package org.sgconv.bindings;

/**
 * Bytes of host memory that a {@link CpuPlan} takes. Long.MAX_VALUE stands for more.
 *
 * @param held as long as the plan is open: tables and every thread's work buffers
 * @param building besides, while it is made
 * @param spectrum for each spectrum, which the caller provides
 */
public record CpuPlanMemory(long held, long building, long spectrum) {}
