package org.sgconv.benchmarks.cpu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.sgconv.benchmarks.peers.ConvolutionPeer;
import org.sgconv.benchmarks.peers.Library;
import org.sgconv.benchmarks.peers.Output;
import org.sgconv.benchmarks.peers.Signals;
import org.sgconv.benchmarks.peers.SynthesisInputs;
import org.sgconv.benchmarks.peers.SynthesisPeer;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;

/**
 * A library ready to be timed at one operation: it has run it once, and every element that it wrote
 * agrees with the float64 reference.
 */
final class VerifiedOperation implements AutoCloseable {

  static final long SEED = 20230501;

  private final Library library;
  private final BenchmarkCase what;
  private final Runnable operation;
  private final Runnable closing;
  private final Deviation deviation;
  private final FirstRun firstRun;

  private VerifiedOperation(
      Library library,
      BenchmarkCase what,
      Runnable operation,
      Runnable closing,
      Deviation deviation,
      FirstRun firstRun) {
    this.library = library;
    this.what = what;
    this.operation = operation;
    this.closing = closing;
    this.deviation = deviation;
    this.firstRun = firstRun;
  }

  /**
   * Builds, runs and checks.
   *
   * @throws WrongResultException if a result is not the reference's
   */
  static VerifiedOperation of(
      Library library, BenchmarkCase what, int threads, Expectations expectations)
      throws IOException {
    VerifiedOperation result =
        what.operation().isSynthesis()
            ? synthesis(library, what, threads, expectations)
            : convolution(library, what, threads, expectations);
    result.requireRight();
    return result;
  }

  private static VerifiedOperation convolution(
      Library library, BenchmarkCase what, int threads, Expectations expectations)
      throws IOException {
    Signals signals = new Signals(what.shape(), SEED);
    ConvolutionPeer peer = library.convolution(signals, threads);
    Runnable operation =
        switch (what.operation()) {
          case FORWARD -> peer::forward;
          case FORWARD_NEW_KERNEL -> peer::forwardNewKernel;
          case BACKWARD -> peer::backward;
          case STEP -> peer::step;
          case SYNTHESIS_FORWARD, SYNTHESIS_BACKWARD ->
              throw new IllegalArgumentException(what + " is not a convolution");
        };
    if (what.operation() == Operation.FORWARD || what.operation() == Operation.BACKWARD) {
      peer.prepare();
    }
    FirstRun firstRun = FirstRun.of(operation);
    Deviation deviation = Deviation.NONE;
    try (Arena arena = Arena.ofShared()) {
      for (Output output : what.operation().outputs()) {
        ExpectedRows expected = expectations.convolution(what.shape(), output, arena);
        deviation = deviation.worst(expected.measure(peer.result(output), tolerance(library)));
      }
    }
    return new VerifiedOperation(
        library,
        what,
        operation,
        () -> {
          peer.close();
          signals.close();
        },
        deviation,
        firstRun);
  }

  private static VerifiedOperation synthesis(
      Library library, BenchmarkCase what, int threads, Expectations expectations)
      throws IOException {
    SynthesisInputs inputs =
        new SynthesisInputs(what.shape().hidden(), what.shape().length(), SEED);
    SynthesisPeer peer = library.synthesis(inputs, threads);
    boolean forward = what.operation() == Operation.SYNTHESIS_FORWARD;
    Runnable operation = forward ? peer::forward : peer::backward;
    FirstRun firstRun = FirstRun.of(operation);
    try (Arena arena = Arena.ofShared()) {
      ExpectedRows expected = expectations.synthesis(inputs, what.operation(), arena);
      MemorySegment actual = forward ? peer.kernel() : peer.weightGradient();
      return new VerifiedOperation(
          library,
          what,
          operation,
          () -> {
            peer.close();
            inputs.close();
          },
          expected.measure(actual, tolerance(library)),
          firstRun);
    }
  }

  /** A peer's float32 arithmetic may be coarser than ours; a wrong result is off by far more. */
  static Tolerance tolerance(Library library) {
    return Tolerance.of(DType.FLOAT32).times(library.isPeer() ? 10 : 1);
  }

  private void requireRight() {
    if (!deviation.isAccepted() || deviation.leavesRange()) {
      close();
      throw new WrongResultException(
          library.id()
              + " is wrong at "
              + what
              + ": its error is "
              + deviation.describe()
              + "; it is not timed");
    }
  }

  /** Runs the operation once more. */
  void run() {
    operation.run();
  }

  /** What the run took that was compared with the reference. */
  FirstRun firstRun() {
    return firstRun;
  }

  /** How far the first run was from the reference. */
  Deviation deviation() {
    return deviation;
  }

  @Override
  public void close() {
    closing.run();
  }
}
