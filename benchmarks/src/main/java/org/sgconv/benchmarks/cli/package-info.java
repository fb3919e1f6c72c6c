/** The command line: {@code info}, {@code run}, {@code verify}. */
@NullMarked
package org.sgconv.benchmarks.cli;

import org.jspecify.annotations.NullMarked;
