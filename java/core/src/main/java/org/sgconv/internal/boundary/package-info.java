/**
 * What the backends over native libraries share at that boundary: geometries on the way down,
 * failures on the way up.
 */
@NullMarked
package org.sgconv.internal.boundary;

import org.jspecify.annotations.NullMarked;
