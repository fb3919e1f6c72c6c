/**
 * Devices other than the host's processor: their memory, and the streams that order their work.
 * Backends alone implement these interfaces: methods may be added to them.
 */
@NullMarked
package org.sgconv.device;

import org.jspecify.annotations.NullMarked;
