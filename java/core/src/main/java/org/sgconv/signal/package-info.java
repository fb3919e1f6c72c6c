/**
 * Convolution and correlation of signals of any length with kernels of any length: {@link
 * org.sgconv.signal.Convolver} and {@link org.sgconv.signal.Extent} for arrays, tensors and signals
 * that do not fit in memory.
 */
@NullMarked
package org.sgconv.signal;

import org.jspecify.annotations.NullMarked;
