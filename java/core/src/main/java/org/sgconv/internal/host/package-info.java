/**
 * What the backends that compute in the host's memory do alike, in Java and in float64: sums over a
 * few numbers an example, for which other code would gain nothing.
 */
@NullMarked
package org.sgconv.internal.host;

import org.jspecify.annotations.NullMarked;
