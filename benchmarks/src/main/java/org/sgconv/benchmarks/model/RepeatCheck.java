package org.sgconv.benchmarks.model;

import org.jspecify.annotations.Nullable;

/**
 * Two runs of the same call, bit by bit.
 *
 * @param bytes of results that were compared: all, or of a result of more than 1 GiB 256 MiB in
 *     sixteen parts from its beginning to its end
 * @param difference where the first one is, or null if the bits are the same
 */
public record RepeatCheck(long bytes, @Nullable String difference) {}
