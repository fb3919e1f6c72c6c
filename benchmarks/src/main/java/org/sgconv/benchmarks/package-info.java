/** The command {@code bench}. */
@NullMarked
package org.sgconv.benchmarks;

import org.jspecify.annotations.NullMarked;
