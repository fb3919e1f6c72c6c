/** Sequence models: an encoder, residual blocks and a decoder. */
@NullMarked
package org.sgconv.nn.model;

import org.jspecify.annotations.NullMarked;
