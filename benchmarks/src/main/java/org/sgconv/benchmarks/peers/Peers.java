package org.sgconv.benchmarks.peers;

import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.tensor.DType;

/** What each library does, ready to be called. */
public final class Peers {

  private Peers() {}

  /** A library's convolution of {@code signals}, which must outlive it. */
  public static ConvolutionPeer convolution(Library library, Signals signals, int threads) {
    int padded = FastLength.forLinear(signals.workload().length());
    return switch (library) {
      case SGCONV -> new SgconvConvolution(Backends.cpu(), DType.FLOAT32, signals);
      case PYTORCH -> new PyTorchConvolution(signals, threads);
      case JTRANSFORMS -> new RowConvolution(signals, new JTransformsTransform(padded), threads);
      case FFTW -> new RowConvolution(signals, new FftwTransform(padded), threads);
      case MKL -> new RowConvolution(signals, new MklTransform(padded), threads);
      case JAVA -> new SgconvConvolution(Backends.reference(), DType.FLOAT64, signals);
    };
  }

  /** A library's kernel synthesis from {@code inputs}, which must outlive it. */
  public static SynthesisPeer synthesis(Library library, SynthesisInputs inputs, int threads) {
    return switch (library) {
      case SGCONV -> new SgconvSynthesis(Backends.cpu(), inputs);
      case PYTORCH -> new PyTorchSynthesis(inputs, threads);
      case JAVA -> new PlainJavaSynthesis(inputs, threads);
      case JTRANSFORMS, FFTW, MKL ->
          throw new InvalidArgumentException(
              library.id() + " is an FFT library: it has no synthesis");
    };
  }
}
