/**
 * Long convolutions: {@link org.sgconv.conv.LongConvolution} with a prepared {@link
 * org.sgconv.conv.KernelSpectrum}, forward and backward.
 */
@NullMarked
package org.sgconv.conv;

import org.jspecify.annotations.NullMarked;
