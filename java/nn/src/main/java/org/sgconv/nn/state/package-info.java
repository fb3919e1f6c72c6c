/** The values of a model under their published names: where they come from and go to. */
@NullMarked
package org.sgconv.nn.state;

import org.jspecify.annotations.NullMarked;
