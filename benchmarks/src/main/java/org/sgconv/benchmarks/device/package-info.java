/** Throughput of a device's backend, beside PyTorch and the device's own copy bandwidth. */
@NullMarked
package org.sgconv.benchmarks.device;

import org.jspecify.annotations.NullMarked;
