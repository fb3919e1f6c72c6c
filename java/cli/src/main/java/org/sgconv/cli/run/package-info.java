/**
 * One real convolution, forward and backward: computed, timed, and checked against the reference.
 */
@NullMarked
package org.sgconv.cli.run;

import org.jspecify.annotations.NullMarked;
