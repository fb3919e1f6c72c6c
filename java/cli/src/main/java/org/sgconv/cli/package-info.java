/**
 * The command line: {@code info}, {@code run}, {@code verify}, and {@link Subcommand}s of others.
 */
@NullMarked
package org.sgconv.cli;

import org.jspecify.annotations.NullMarked;
