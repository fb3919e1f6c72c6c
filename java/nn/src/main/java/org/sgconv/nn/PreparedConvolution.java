package org.sgconv.nn;

import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;

/**
 * A convolution of a pass, with a layer's kernel.
 *
 * @param convolution for signals of one length; the pass closes it
 * @param spectrum of the layer's kernel and skip
 * @since 0.1.0
 */
public record PreparedConvolution(LongConvolution convolution, KernelSpectrum spectrum) {}
