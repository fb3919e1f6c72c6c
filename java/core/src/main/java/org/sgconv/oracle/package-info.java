/**
 * What a convolution and its gradients are, in float64, and how far a result may be from that.
 *
 * <p>A transform's error is relative to what the transform carries, not to the part of the result
 * that is kept; {@link org.sgconv.oracle.Tolerance} has the rule, {@link
 * org.sgconv.oracle.ExactConvolution} the values to compare with, and {@link
 * org.sgconv.oracle.SignalClass} the signals that tell right from wrong.
 */
@NullMarked
package org.sgconv.oracle;

import org.jspecify.annotations.NullMarked;
