package org.sgconv.benchmarks.host;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;

/** What the process of a contender finds in its environment that may make it another or faster. */
final class ProcessEnvironment {

  static final String TUNABLES = "GLIBC_TUNABLES";

  /**
   * glibc: one arena that never maps or returns blocks by itself, so that no result is faulted in.
   */
  private static final String KEEP_BLOCKS =
      "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=68719476736:glibc.malloc.arena_max=1";

  private ProcessEnvironment() {}

  /**
   * What suits a tuned library best: PyTorch allocates every result, and huge pages have to be
   * cleared as a whole; MKL only reads and writes what was allocated once.
   */
  static String tunables(Contender contender) {
    return contender.library() == Library.MKL
        ? KEEP_BLOCKS + ":glibc.malloc.hugetlb=1"
        : KEEP_BLOCKS;
  }

  /**
   * Of one contender.
   *
   * @param inherited environment of this process
   */
  static Map<String, String> of(Contender contender, Map<String, String> inherited) {
    Map<String, String> environment = new TreeMap<>(inherited);
    environment.keySet().retainAll(Set.of(TUNABLES, "LD_PRELOAD"));
    if (contender.isTuned()) {
      environment.put(TUNABLES, tunables(contender));
    }
    return environment;
  }
}
