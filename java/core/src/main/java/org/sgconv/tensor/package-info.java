/**
 * Arrays in the memory of the host or of a device: {@link org.sgconv.tensor.Tensor}, its shape and
 * its element type; scopes that close them, and the count of the host's memory.
 */
@NullMarked
package org.sgconv.tensor;

import org.jspecify.annotations.NullMarked;
