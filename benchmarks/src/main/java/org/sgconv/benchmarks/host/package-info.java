/** This library and its peers on the host, each in processes of its own and verified first. */
@NullMarked
package org.sgconv.benchmarks.host;

import org.jspecify.annotations.NullMarked;
