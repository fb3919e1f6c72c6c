package org.sgconv.benchmarks.host;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.cli.verify.ReferenceHeap;

/**
 * How the process of a run, which computes what is right and then waits, and the one that measures
 * share the memory of this machine or container. All in bytes.
 *
 * @param physical of the machine, or of the container if that is less
 * @param ownHeap the greatest Java heap of the process of the run
 */
record MemoryShares(long physical, long ownHeap) {

  private static final long MOST_HEAP = 2L << 30;
  private static final long REST_OF_JVM = 256L << 20;

  /** Of this machine or container. */
  static MemoryShares here() {
    return new MemoryShares(
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
        Runtime.getRuntime().maxMemory());
  }

  /** The Java heap of the process that measures: a quarter, as the JVM's own default. */
  long heap() {
    return Math.min(MOST_HEAP, physical / 4);
  }

  /** What the process that measures may take besides: what both heaps and both JVMs leave. */
  long nativeBytes() {
    long rest = 2 * Math.min(REST_OF_JVM, physical / 8);
    return Math.max(physical - ownHeap - heap() - rest, physical / 8);
  }

  /** What is left of that for a library that has to measure these signals. */
  long nativeBytesBeside(BenchmarkCase what) {
    return Math.max(1, nativeBytes() - (what.operation().isSynthesis() ? 0 : signals(what)));
  }

  /** Why a case cannot be measured here, if even the least that it takes is too much. */
  Optional<String> misfit(BenchmarkCase what) {
    if (what.operation().isSynthesis()) {
      return Optional.empty();
    }
    Workload shape = what.shape();
    long padded = (long) shape.length() + shape.lags() - 1;
    double reference =
        what.operation().isSignal()
            ? ReferenceHeap.leastBytes(1, 1, 1, 1, padded, shape.lags())
            : ReferenceHeap.leastBytes(shape.batch(), 1, 1, 1, shape.length(), shape.lags());
    if (reference > ownHeap) {
      return Optional.of(
          text(what, reference, "of Java heap for the reference", ownHeap, "are allowed (-Xmx)"));
    }
    long least = signals(what) + results(what);
    return least <= nativeBytes()
        ? Optional.empty()
        : Optional.of(
            text(
                what,
                (double) least,
                "outside the Java heap for signals and result",
                nativeBytes(),
                "are left beside the Java heaps of two processes"));
  }

  /** Of a layer u, dy and kernel. */
  private static long signals(BenchmarkCase what) {
    if (what.operation().isSignal()) {
      return what.signalBytes() - results(what);
    }
    return what.type().byteSize() * (2 * what.shape().signalSize() + what.shape().kernelSize());
  }

  private static long results(BenchmarkCase what) {
    long samples = what.operation().isSignal() ? what.results() : what.shape().signalSize();
    return what.type().byteSize() * samples;
  }

  private String text(BenchmarkCase what, double least, String purpose, long most, String limit) {
    return String.format(
        Locale.ROOT,
        "%s does not fit: it takes at least %.0f bytes %s, and %d %s of the %d bytes of this machine"
            + " or container; choose smaller --shapes",
        what,
        least,
        purpose,
        most,
        limit,
        physical);
  }
}
