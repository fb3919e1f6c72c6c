package org.sgconv.benchmarks.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sgconv.tensor.DType;

/** Who takes part in a case of signals, in which ways, and who is left out of it and why. */
public final class SignalContenders {

  /** Kernels from which on somebody might transform a whole signal at once. */
  private static final int LEAST_FOR_WHOLE = 4096;

  /** A call beyond this is not measured. */
  private static final double MOST_SECONDS = 15;

  /** Products a second of a scalar loop, of all threads. */
  private static final double SCALAR = 1.5e9;

  /** The same with vectors of float64; of float32 it is twice as many. */
  private static final double VECTORS = 8e9;

  /** Points for which jDSP's objects, one a point in several arrays, fit into a heap of 2 GiB. */
  private static final long MOST_OBJECTS = 1 << 22;

  private SignalContenders() {}

  /** The ways of {@code libraries}, in their order; of those without any nothing. */
  public static List<Contender> of(BenchmarkCase what, List<Library> libraries) {
    List<Contender> contenders = new ArrayList<>();
    for (Library library : libraries) {
      if (what.suits(library)) {
        ways(what, library).forEach(way -> contenders.add(new Contender(library, way)));
      }
    }
    return contenders;
  }

  private static List<String> ways(BenchmarkCase what, Library library) {
    boolean correlation = what.operation() == Operation.CORRELATE;
    return switch (library) {
      case SGCONV, JTRANSFORMS -> correlation ? List.of("") : blocksAndWhole(what);
      case FFTW, MKL, JDSP -> List.of("");
      case COMMONS -> correlation ? List.of("") : List.of(Contender.FFT, Contender.DIRECT);
      case JAVA -> List.of(Contender.DIRECT);
      case PYTORCH -> List.of();
    };
  }

  private static List<String> blocksAndWhole(BenchmarkCase what) {
    return what.shape().lags() >= LEAST_FOR_WHOLE ? List.of("", Contender.WHOLE) : List.of("");
  }

  /** Why {@code contender} is not measured in this case although it takes part, if so. */
  public static Optional<String> leftOut(BenchmarkCase what, Contender contender) {
    if (!what.operation().isSignal()) {
      return Optional.empty();
    }
    if (what.operation() == Operation.CORRELATE && contender.library().isOfDoubleArrays()) {
      return Optional.of("left out: it has no normalized correlation");
    }
    if (contender.way().equals(Contender.DIRECT)) {
      return slow(what, contender.library());
    }
    return contender.library() == Library.JDSP ? large(what) : Optional.empty();
  }

  private static Optional<String> slow(BenchmarkCase what, Library library) {
    boolean vectors = library == Library.JAVA && what.operation() == Operation.CONVOLVE;
    double rate = vectors ? (what.type() == DType.FLOAT32 ? 2 * VECTORS : VECTORS) : SCALAR;
    double seconds = what.products() / rate;
    return seconds <= MOST_SECONDS
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "left out: the %.1e products of direct sums would take some %.0f s a call",
                what.products(),
                seconds));
  }

  /** It pads to a power of two of twice the longer operand. */
  private static Optional<String> large(BenchmarkCase what) {
    long longer = Math.max(what.shape().length(), what.shape().lags());
    long points = Math.max(2, 2 * Long.highestOneBit(2 * longer - 2));
    return points <= MOST_OBJECTS
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "left out: it makes several objects for each of %d points, which exceed the heap",
                points));
  }
}
