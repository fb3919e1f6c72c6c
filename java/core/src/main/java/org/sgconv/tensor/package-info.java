/** Arrays in host memory: {@link org.sgconv.tensor.Tensor}, its shape and its element type. */
@NullMarked
package org.sgconv.tensor;

import org.jspecify.annotations.NullMarked;
