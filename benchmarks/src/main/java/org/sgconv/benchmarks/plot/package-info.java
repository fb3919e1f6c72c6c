/** Plots of signals and their spectra as PNG files. */
@NullMarked
package org.sgconv.benchmarks.plot;

import org.jspecify.annotations.NullMarked;
