/** Throughput of the CUDA backend, beside PyTorch and the device's own copy bandwidth. */
@NullMarked
package org.sgconv.benchmarks.gpu;

import org.jspecify.annotations.NullMarked;
