/** A sweep over awkward sizes: every result of a backend against the float64 reference. */
@NullMarked
package org.sgconv.cli.verify;

import org.jspecify.annotations.NullMarked;
