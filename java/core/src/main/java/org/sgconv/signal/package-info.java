/**
 * Convolution and correlation of signals of any length with kernels of any length, for arrays,
 * tensors and files that do not fit in memory: {@link org.sgconv.signal.Convolver}, {@link
 * org.sgconv.signal.Correlator} and {@link org.sgconv.signal.NormalizedCorrelator}.
 */
@NullMarked
package org.sgconv.signal;

import org.jspecify.annotations.NullMarked;
