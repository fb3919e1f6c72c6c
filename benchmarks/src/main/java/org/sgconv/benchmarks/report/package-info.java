/** Results as a table, a picture and JSON. */
@NullMarked
package org.sgconv.benchmarks.report;

import org.jspecify.annotations.NullMarked;
