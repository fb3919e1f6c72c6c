package org.sgconv.benchmarks.cpu;

import org.sgconv.benchmarks.peers.Library;

/**
 * A library in an environment.
 *
 * @param tuned whether the C library's allocator is told to keep large blocks, for MKL on huge
 *     pages: a peer at its best rather than as its user gets it
 */
public record Contender(Library library, boolean tuned) {

  /** The name in tables and results. */
  public String id() {
    return library.id() + (tuned ? "+malloc" : "");
  }
}
