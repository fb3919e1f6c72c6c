/**
 * Structured kernels: what a kernel looks like ({@link org.sgconv.kernel.KernelSpec}), its
 * parameters ({@link org.sgconv.kernel.KernelParameters}) and how the kernel and its gradients are
 * computed ({@link org.sgconv.kernel.KernelSynthesis}).
 */
@NullMarked
package org.sgconv.kernel;

import org.jspecify.annotations.NullMarked;
