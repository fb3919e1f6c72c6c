package org.sgconv.benchmarks.report;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.model.Measurement;

/**
 * A column of the table.
 *
 * @param text of a measurement, null if it has none
 */
record Column(String name, Function<Measurement, @Nullable String> text) {}
