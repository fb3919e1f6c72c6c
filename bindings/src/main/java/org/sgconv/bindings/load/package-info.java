/** Finds native libraries, loads each once, and explains why one cannot be loaded. */
@NullMarked
package org.sgconv.bindings.load;

import org.jspecify.annotations.NullMarked;
