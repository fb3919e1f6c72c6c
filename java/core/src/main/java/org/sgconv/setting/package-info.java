/** System properties with a value that must be right. Not exported. */
@NullMarked
package org.sgconv.setting;

import org.jspecify.annotations.NullMarked;
