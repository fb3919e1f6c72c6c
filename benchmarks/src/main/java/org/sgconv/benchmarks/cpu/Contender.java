package org.sgconv.benchmarks.cpu;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.sgconv.benchmarks.peers.Library;

/**
 * A library in an environment.
 *
 * @param tuned whether the C library's allocator is told to keep large blocks, for MKL on huge
 *     pages: a peer at its best rather than as its user gets it
 */
public record Contender(Library library, boolean tuned) {

  /**
   * glibc: one arena that never maps or returns blocks by itself, so that no result is faulted in.
   */
  private static final String KEEP_BLOCKS =
      "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=68719476736:glibc.malloc.arena_max=1";

  static final String TUNABLES = "GLIBC_TUNABLES";

  /**
   * What suits the library best: PyTorch allocates every result, and huge pages have to be cleared
   * as a whole; MKL only reads and writes what was allocated once.
   */
  String tunables() {
    return library == Library.MKL ? KEEP_BLOCKS + ":glibc.malloc.hugetlb=1" : KEEP_BLOCKS;
  }

  /**
   * What may make its native code another or faster, as its process sees it.
   *
   * @param inherited environment of this process
   */
  Map<String, String> environment(Map<String, String> inherited) {
    Map<String, String> environment = new TreeMap<>(inherited);
    environment.keySet().retainAll(Set.of(TUNABLES, "LD_PRELOAD"));
    if (tuned) {
      environment.put(TUNABLES, tunables());
    }
    return environment;
  }

  /** The name in tables and results. */
  public String id() {
    return library.id() + (tuned ? "+malloc" : "");
  }
}
