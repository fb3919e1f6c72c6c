package org.sgconv.benchmarks.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.ResultCheck;
import org.sgconv.benchmarks.peers.ConvolutionPeer;
import org.sgconv.benchmarks.peers.Peers;
import org.sgconv.benchmarks.peers.SignalInputs;
import org.sgconv.benchmarks.peers.SignalPeer;
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

  /** How many times the bound of float64 that of float32 is. */
  private static final double FLOAT32_IN_FLOAT64 = 0x1p29;

  private final Contender contender;
  private final BenchmarkCase what;
  private final Runnable operation;
  private final Runnable closing;
  private final Map<String, Deviation> deviations;
  private final FirstRun firstRun;

  private VerifiedOperation(
      Contender contender,
      BenchmarkCase what,
      Runnable operation,
      Runnable closing,
      Map<String, Deviation> deviations,
      FirstRun firstRun) {
    this.contender = contender;
    this.what = what;
    this.operation = operation;
    this.closing = closing;
    this.deviations = deviations;
    this.firstRun = firstRun;
  }

  /**
   * Builds, runs and checks.
   *
   * @throws WrongResultException if a result is not the reference's
   */
  static VerifiedOperation of(
      Contender contender, BenchmarkCase what, int threads, Expectations expectations)
      throws IOException {
    VerifiedOperation result =
        switch (what.operation()) {
          case FORWARD, FORWARD_NEW_KERNEL, BACKWARD, STEP ->
              convolution(contender, what, threads, expectations);
          case SYNTHESIS_FORWARD, SYNTHESIS_BACKWARD ->
              synthesis(contender, what, threads, expectations);
          case CONVOLVE, CORRELATE -> signals(contender, what, threads, expectations);
        };
    result.requireRight();
    return result;
  }

  private static VerifiedOperation convolution(
      Contender contender, BenchmarkCase what, int threads, Expectations expectations)
      throws IOException {
    Signals signals = new Signals(what.shape(), what.type(), SEED);
    ConvolutionPeer peer = Peers.convolution(contender.library(), signals, threads);
    Runnable operation =
        switch (what.operation()) {
          case FORWARD -> peer::forward;
          case FORWARD_NEW_KERNEL -> peer::forwardNewKernel;
          case BACKWARD -> peer::backward;
          case STEP -> peer::step;
          case SYNTHESIS_FORWARD, SYNTHESIS_BACKWARD, CONVOLVE, CORRELATE ->
              throw new IllegalArgumentException(what + " is not a convolution");
        };
    if (what.operation() == Operation.FORWARD || what.operation() == Operation.BACKWARD) {
      peer.prepare();
    }
    FirstRun firstRun = FirstRun.of(operation);
    Map<String, Deviation> deviations = new LinkedHashMap<>();
    try (Arena arena = Arena.ofShared()) {
      for (Output output : what.operation().outputs()) {
        ExpectedRows expected = expectations.convolution(what.shape(), what.type(), output, arena);
        deviations.put(
            output.symbol(),
            expected.measure(peer.result(output), tolerance(contender.library(), what.type())));
      }
    }
    return new VerifiedOperation(
        contender,
        what,
        operation,
        () -> {
          peer.close();
          signals.close();
        },
        deviations,
        firstRun);
  }

  private static VerifiedOperation synthesis(
      Contender contender, BenchmarkCase what, int threads, Expectations expectations)
      throws IOException {
    SynthesisInputs inputs =
        new SynthesisInputs(what.shape().hidden(), what.shape().length(), SEED);
    SynthesisPeer peer = Peers.synthesis(contender.library(), inputs, threads);
    boolean forward = what.operation() == Operation.SYNTHESIS_FORWARD;
    Runnable operation = forward ? peer::forward : peer::backward;
    FirstRun firstRun = FirstRun.of(operation);
    try (Arena arena = Arena.ofShared()) {
      ExpectedRows expected = expectations.synthesis(inputs, what.operation(), arena);
      MemorySegment actual = forward ? peer.kernel() : peer.weightGradient();
      Deviation deviation = expected.measure(actual, tolerance(contender.library(), what.type()));
      return new VerifiedOperation(
          contender,
          what,
          operation,
          () -> {
            peer.close();
            inputs.close();
          },
          Map.of(forward ? "kernel" : "weights' gradient", deviation),
          firstRun);
    }
  }

  private static VerifiedOperation signals(
      Contender contender, BenchmarkCase what, int threads, Expectations expectations)
      throws IOException {
    SignalInputs inputs = new SignalInputs(what, SEED);
    SignalPeer peer = Peers.signals(contender, inputs, threads);
    FirstRun firstRun = FirstRun.of(peer::run);
    try (Arena arena = Arena.ofShared()) {
      ExpectedRows expected = expectations.signals(what, arena);
      Deviation deviation =
          expected.measure(peer.result(), tolerance(contender.library(), what.type()));
      return new VerifiedOperation(
          contender,
          what,
          peer::run,
          () -> {
            peer.close();
            inputs.close();
          },
          Map.of("y", deviation),
          firstRun);
    }
  }

  /**
   * A peer's arithmetic may be coarser than ours; a wrong result is off by far more. The twiddles
   * of Commons Math, which jDSP uses too, are products of each other: its float64 may be as coarse
   * as our float32.
   */
  static Tolerance tolerance(Library library, DType type) {
    if (library.isOfDoubleArrays()) {
      return new Tolerance(type, FLOAT32_IN_FLOAT64);
    }
    return Tolerance.of(type).times(library.isPeer() ? 10 : 1);
  }

  private void requireRight() {
    Deviation worst = deviations.values().stream().reduce(Deviation.NONE, Deviation::worst);
    if (!worst.isAccepted() || worst.leavesRange()) {
      close();
      throw new WrongResultException(
          contender
              + " is wrong at "
              + what
              + ": its error is "
              + worst.describe()
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

  /** How far the results of the first run were from the reference. */
  List<ResultCheck> checks() {
    return deviations.entrySet().stream()
        .map(result -> ResultCheck.of(result.getKey(), result.getValue()))
        .toList();
  }

  @Override
  public void close() {
    closing.run();
  }
}
