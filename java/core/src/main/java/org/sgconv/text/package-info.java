/** Texts that come from outside, in messages: one line, printable. Not exported. */
@NullMarked
package org.sgconv.text;

import org.jspecify.annotations.NullMarked;
