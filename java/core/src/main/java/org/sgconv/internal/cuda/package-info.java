/**
 * The backend for NVIDIA GPUs: CUDA kernels and cuFFT on streams, called through the checked
 * bindings.
 */
@NullMarked
package org.sgconv.internal.cuda;

import org.jspecify.annotations.NullMarked;
