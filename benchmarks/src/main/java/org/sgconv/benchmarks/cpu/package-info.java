/** The CPU benchmark: peers and this library side by side in one run, each verified first. */
@NullMarked
package org.sgconv.benchmarks.cpu;

import org.jspecify.annotations.NullMarked;
