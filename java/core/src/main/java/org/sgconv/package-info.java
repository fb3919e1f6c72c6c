/** Backends, the words they share, and the exceptions of the library. */
@NullMarked
package org.sgconv;

import org.jspecify.annotations.NullMarked;
