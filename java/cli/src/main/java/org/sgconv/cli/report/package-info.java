/** What people see: tables, progress, plots, and files that are either complete or absent. */
@NullMarked
package org.sgconv.cli.report;

import org.jspecify.annotations.NullMarked;
