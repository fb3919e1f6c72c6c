/** Through which of our source files one call goes, and which locks it takes. */
package org.sgconv.benchmarks.path;
