/** The layers of the published models: SGConv, norms and the residual block. */
@NullMarked
package org.sgconv.nn.layer;

import org.jspecify.annotations.NullMarked;
