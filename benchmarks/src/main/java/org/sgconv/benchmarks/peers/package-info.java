/** What a JVM user has today: the same convolution by every library worth comparing with. */
@NullMarked
package org.sgconv.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
