/** How far a result is from the float64 reference, and how far it may be. */
@NullMarked
package org.sgconv.benchmarks.check;

import org.jspecify.annotations.NullMarked;
