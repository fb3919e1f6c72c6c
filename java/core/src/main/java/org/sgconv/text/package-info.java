/** Texts that come from outside, in messages: one line, printable. For this library alone. */
@NullMarked
package org.sgconv.text;

import org.jspecify.annotations.NullMarked;
