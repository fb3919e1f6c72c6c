/**
 * For whoever writes a backend, or operations on tensors beside this library's: what a backend
 * implements ({@link org.sgconv.spi.BackendProvider}), what it is given (operands that are checked)
 * and how tensors are checked and reached ({@link org.sgconv.spi.TensorCheck}, {@link
 * org.sgconv.spi.TensorAccess}). Applications use {@code org.sgconv.kernel} and {@code
 * org.sgconv.conv}.
 */
@NullMarked
package org.sgconv.spi;

import org.jspecify.annotations.NullMarked;
