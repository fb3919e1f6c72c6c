/** What layers of a model are, what a pass through them keeps, and what an optimizer changes. */
@NullMarked
package org.sgconv.nn;

import org.jspecify.annotations.NullMarked;
