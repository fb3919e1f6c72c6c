/** What is known of the backends, of Java and of the machine. */
@NullMarked
package org.sgconv.cli.info;

import org.jspecify.annotations.NullMarked;
