/** Signals (B,H,L) from files, and results into files. */
@NullMarked
package org.sgconv.cli.signal;

import org.jspecify.annotations.NullMarked;
