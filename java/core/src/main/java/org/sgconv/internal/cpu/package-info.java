/** The backend for the host's processor: C++ SIMD code, called through the checked bindings. */
@NullMarked
package org.sgconv.internal.cpu;

import org.jspecify.annotations.NullMarked;
