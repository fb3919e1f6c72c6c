package org.sgconv.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import picocli.CommandLine.Option;

/** Which backend computes, and with how many threads. */
final class BackendOptions {

  /** Read by the CPU backend when it starts. */
  private static final String THREADS_PROPERTY = "sgconv.cpu.threads";

  /** As the CPU backend has it. */
  private static final int MOST_THREADS = 1024;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "reference, cpu or cuda; never another one instead. Default: the best here.")
  private @Nullable String name;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the cpu backend. Default: all processors of this process.")
  private @Nullable Integer threads;

  /** The backend that was named, or the best one. */
  Backend choose() {
    if (threads != null) {
      if (threads < 1 || threads > MOST_THREADS) {
        throw new InvalidArgumentException(
            String.format(
                Locale.ROOT, "--threads is %d: must be ≥ 1 and ≤ %d", threads, MOST_THREADS));
      }
      System.setProperty(THREADS_PROPERTY, threads.toString());
    }
    Backend backend = name == null ? Backends.best() : Backends.named(name);
    backend.ensureAvailable();
    return backend;
  }
}
