/** What all class loaders of a process that have loaded this library share. */
@NullMarked
package org.sgconv.bindings.process;

import org.jspecify.annotations.NullMarked;
