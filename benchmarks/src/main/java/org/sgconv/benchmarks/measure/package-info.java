/** The loop of a run: every case, every contender, round by round. */
@NullMarked
package org.sgconv.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
