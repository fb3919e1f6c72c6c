/**
 * The reference backend: float64, plain Java, written to be checked by reading. Other backends are
 * tested against it.
 */
@NullMarked
package org.sgconv.internal.reference;

import org.jspecify.annotations.NullMarked;
