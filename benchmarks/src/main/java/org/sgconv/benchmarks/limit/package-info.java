/** What the machine could do at most: measured bandwidth and arithmetic, and what work needs. */
@NullMarked
package org.sgconv.benchmarks.limit;

import org.jspecify.annotations.NullMarked;
