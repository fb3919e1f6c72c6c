/** Files of what another program computed, and whether a backend computes the same. */
@NullMarked
package org.sgconv.cli.golden;

import org.jspecify.annotations.NullMarked;
