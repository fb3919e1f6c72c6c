/** Files: safetensors, and checkpoints of the published SGConv layer. */
@NullMarked
package org.sgconv.io;

import org.jspecify.annotations.NullMarked;
