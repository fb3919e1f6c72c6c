/** Plots of signals and their spectra as PNG files. */
@NullMarked
package org.sgconv.cli.plot;

import org.jspecify.annotations.NullMarked;
