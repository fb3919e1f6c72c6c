/** The end of things that must be closed: {@link org.sgconv.bindings.closing.Closer}. */
@NullMarked
package org.sgconv.bindings.closing;

import org.jspecify.annotations.NullMarked;
