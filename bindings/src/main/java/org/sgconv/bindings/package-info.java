/**
 * The C interface of the native libraries, checked: every segment's kind, size, alignment and
 * liveness before a call, every status after it, handles that cannot be used once closed.
 */
@NullMarked
package org.sgconv.bindings;

import org.jspecify.annotations.NullMarked;
