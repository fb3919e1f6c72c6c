/**
 * What a backend implements. Applications use {@code org.sgconv.kernel} and {@code
 * org.sgconv.conv}.
 */
@NullMarked
package org.sgconv.spi;

import org.jspecify.annotations.NullMarked;
