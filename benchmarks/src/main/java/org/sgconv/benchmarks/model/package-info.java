/**
 * What is compared and what came of it, on the host's processor and on GPUs alike: a case, a
 * contender, a measurement, the results of a run and the machine that they are of.
 */
@NullMarked
package org.sgconv.benchmarks.model;

import org.jspecify.annotations.NullMarked;
