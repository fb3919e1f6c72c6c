/** Devices other than the host's processor: their memory, and the streams that order their work. */
@NullMarked
package org.sgconv.device;

import org.jspecify.annotations.NullMarked;
