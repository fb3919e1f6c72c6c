package org.sgconv.benchmarks.peers;

import java.util.List;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.tensor.DType;

/** What each library does, ready to be called. */
public final class Peers {

  private Peers() {}

  /** A library's convolution of {@code signals}, which must outlive it. */
  public static ConvolutionPeer convolution(Library library, Signals signals, int threads) {
    int padded = FastLength.forLinear(signals.workload().length());
    return switch (library) {
      case SGCONV -> new SgconvConvolution(Backends.cpu(), signals.type(), signals);
      case PYTORCH -> new PyTorchConvolution(signals, threads);
      case JTRANSFORMS, FFTW, MKL ->
          new RowConvolution(signals, transform(library, padded, signals.type(), 1), threads);
      case JAVA -> new SgconvConvolution(Backends.reference(), DType.FLOAT64, signals);
      case COMMONS, JDSP ->
          throw new InvalidArgumentException(library.id() + " has no layers: it convolves signals");
    };
  }

  /** A library's convolution or correlation of {@code inputs}, which must outlive it. */
  public static SignalPeer signals(Contender contender, SignalInputs inputs, int threads) {
    BenchmarkCase what = inputs.what();
    boolean correlation = what.operation() == Operation.CORRELATE;
    Library library = contender.library();
    boolean whole = contender.way().equals(Contender.WHOLE);
    return switch (library) {
      case SGCONV -> {
        if (correlation) {
          yield new SgconvCorrelation(Backends.cpu(), inputs);
        }
        yield whole
            ? new SgconvWhole(Backends.cpu(), inputs)
            : new SgconvSignals(Backends.cpu(), inputs);
      }
      case JTRANSFORMS, FFTW, MKL -> {
        // JTransforms' other algorithms allocate a row a call, and take 1.7 times as long a point.
        boolean powersOfTwo = library == Library.JTRANSFORMS;
        int inside = whole && what.inputRows() < threads ? threads : 1;
        List<Integer> sizes =
            whole
                ? List.of(BlockSizes.ceilingPowerOfTwo(what.outputLength()))
                : BlockSizes.toTry(what, powersOfTwo);
        yield new TransformSignals(
            inputs, sizes, size -> transform(library, size, what.type(), inside), threads);
      }
      case COMMONS -> new CommonsSignals(inputs, contender.way().equals(Contender.DIRECT), threads);
      case JDSP -> new JdspSignals(inputs, threads);
      case JAVA ->
          correlation
              ? new PlainJavaCorrelation(inputs, threads)
              : new PlainJavaSums(inputs, threads);
      case PYTORCH -> throw new InvalidArgumentException("pytorch takes no part in signals");
    };
  }

  /**
   * A transform of an FFT library.
   *
   * @param inside threads that JTransforms may use within a row
   */
  private static RowTransform transform(Library library, int size, DType type, int inside) {
    boolean doubles = type == DType.FLOAT64;
    return switch (library) {
      case JTRANSFORMS ->
          doubles
              ? new JTransformsDoubleTransform(size, inside)
              : new JTransformsTransform(size, inside);
      case FFTW -> doubles ? new FftwDoubleTransform(size) : new FftwTransform(size);
      case MKL -> new MklTransform(size, type);
      case SGCONV, PYTORCH, COMMONS, JDSP, JAVA ->
          throw new IllegalArgumentException(library + " is no FFT library");
    };
  }

  /** A library's kernel synthesis from {@code inputs}, which must outlive it. */
  public static SynthesisPeer synthesis(Library library, SynthesisInputs inputs, int threads) {
    return switch (library) {
      case SGCONV -> new SgconvSynthesis(Backends.cpu(), inputs);
      case PYTORCH -> new PyTorchSynthesis(inputs, threads);
      case JAVA -> new PlainJavaSynthesis(inputs, threads);
      case JTRANSFORMS, FFTW, MKL, COMMONS, JDSP ->
          throw new InvalidArgumentException(library.id() + " has no synthesis of kernels");
    };
  }
}
