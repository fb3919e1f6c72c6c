package org.sgconv.example;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.conv.RowLengths;
import org.sgconv.io.Checkpoint;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** What a user writes first: ten short programs, each a method that is tested. */
final class TenPrograms {

  private TenPrograms() {}

  /**
   * One: a signal and a kernel of another length, longer or shorter; the result has the signal's.
   */
  static float[] convolve(float[] signal, float[] kernel) {
    Backend cpu = Backends.cpu();
    try (var conv =
            LongConvolution.builder(cpu).length(signal.length).kernelLength(kernel.length).build();
        Tensor k = Tensor.of(kernel, 1, 1, kernel.length);
        KernelSpectrum spectrum = conv.prepare(k);
        Tensor u = Tensor.of(signal, 1, 1, signal.length);
        Tensor y = conv.forward(spectrum, u)) {
      return y.toFloatArray();
    }
  }

  /** Two: steps of gradient descent on ½‖y − target‖²; returns the losses, before each step. */
  static double[] train(
      Backend backend, KernelSpec spec, float[] signal, float[] target, int steps) {
    int length = signal.length / spec.hidden();
    double[] losses = new double[steps];
    KernelSynthesis synthesis = KernelSynthesis.on(backend);
    try (TensorScope scope = TensorScope.on(backend);
        var conv = LongConvolution.create(backend, spec, length);
        var parameters = KernelParameters.random(backend, spec, DType.FLOAT32, 7);
        KernelSpectrum spectrum = conv.prepare(parameters)) {
      Tensor u = scope.of(signal, 1, spec.hidden(), length);
      Tensor minusTarget = scope.of(target, 1, spec.hidden(), length).scale(-1);
      scope.adopt(minusTarget);
      for (int step = 0; step < steps; step++) {
        spectrum.prepare(parameters); // the weights have changed
        try (Tensor y = conv.forward(spectrum, u);
            Tensor dy = y.add(minusTarget);
            Gradients gradients = conv.backward(spectrum, u, dy);
            KernelGradients ofKernel = synthesis.backward(parameters, gradients.kernel());
            Tensor change = ofKernel.weights().scale(-0.01)) {
          for (float error : dy.toFloatArray()) {
            losses[step] += 0.5 * error * error;
          }
          parameters.weights().add(change, parameters.weights());
        }
      }
    }
    return losses;
  }

  /** Three: the kernel and skip of a published checkpoint, applied to one signal (1,H,L). */
  static float[] checkpoint(Path file, KernelSpec spec, String prefix, float[] signal) {
    Backend backend = Backends.best();
    int length = signal.length / spec.hidden();
    try (Checkpoint layer = Checkpoint.read(file, spec, DType.FLOAT32, prefix).moveTo(backend);
        var conv = LongConvolution.create(backend, spec, length);
        KernelSpectrum spectrum = conv.prepare(layer.parameters(), layer.skip());
        Tensor u = Tensor.of(backend, signal, 1, spec.hidden(), length);
        Tensor y = conv.forward(spectrum, u)) {
      return y.toFloatArray();
    }
  }

  /** Four: signals of several lengths in one batch (B,1,L), whatever lies behind the shorter. */
  static float[] lengths(float[][] signals, float[] kernel) {
    int longest = kernel.length;
    long[] lengths = new long[signals.length];
    float[] rows = new float[signals.length * longest];
    for (int b = 0; b < signals.length; b++) {
      lengths[b] = signals[b].length;
      System.arraycopy(signals[b], 0, rows, b * longest, signals[b].length);
    }
    try (TensorScope scope = TensorScope.onHost();
        var conv = LongConvolution.create(Backends.cpu(), ConvolutionMode.CAUSAL, 1, 1, longest)) {
      KernelSpectrum spectrum = scope.adopt(conv.prepare(scope.of(kernel, 1, 1, longest)));
      Tensor u = scope.of(rows, signals.length, 1, longest);
      return scope.adopt(conv.forward(spectrum, u, RowLengths.of(lengths))).toFloatArray();
    }
  }

  /** Five: a gate after the convolution, y = v ⊙ (k ∗ u). */
  static float[] gated(float[] signal, float[] kernel, float[] gate) {
    int length = signal.length;
    try (TensorScope scope = TensorScope.onHost();
        var conv = LongConvolution.create(Backends.cpu(), ConvolutionMode.CAUSAL, 1, 1, length)) {
      KernelSpectrum spectrum = scope.adopt(conv.prepare(scope.of(kernel, 1, 1, length)));
      Gates gates = Gates.post(scope.of(gate, 1, 1, length));
      return scope
          .adopt(conv.forward(spectrum, scope.of(signal, 1, 1, length), gates))
          .toFloatArray();
    }
  }

  /** Six: what is here, and why something is not. */
  static List<String> available() {
    return Backends.all().stream()
        .map(backend -> backend + backend.unavailabilityCause().map(c -> ": " + c).orElse(""))
        .toList();
  }

  /** Seven: float64, which the reference computes. */
  static double[] exact(double[] signal, double[] kernel) {
    int length = signal.length;
    try (TensorScope scope = TensorScope.onHost();
        var conv =
            LongConvolution.builder(Backends.reference())
                .length(length)
                .kernelLength(kernel.length)
                .type(DType.FLOAT64)
                .build()) {
      KernelSpectrum spectrum = scope.adopt(conv.prepare(scope.of(kernel, 1, 1, kernel.length)));
      return scope.adopt(conv.forward(spectrum, scope.of(signal, 1, 1, length))).toDoubleArray();
    }
  }

  /** Eight: CUDA by name, or what keeps it from working here. */
  static String cuda() {
    Backend cuda = Backends.cuda();
    Optional<String> cause = cuda.unavailabilityCause().map(Throwable::getMessage);
    return cause.orElseGet(() -> cuda.toString());
  }

  /** Nine: a ReLU and a residual between two convolutions, y = k ∗ (relu(k ∗ u) + u). */
  static float[] twoLayers(float[] signal, float[] kernel) {
    int length = signal.length;
    try (TensorScope scope = TensorScope.onHost();
        var conv = LongConvolution.create(Backends.cpu(), ConvolutionMode.CAUSAL, 1, 1, length)) {
      KernelSpectrum spectrum = scope.adopt(conv.prepare(scope.of(kernel, 1, 1, length)));
      Tensor u = scope.of(signal, 1, 1, length);
      Tensor x = scope.adopt(conv.forward(spectrum, u));
      x.map(value -> Math.max(value, 0), x);
      x.add(u, x);
      return scope.adopt(conv.forward(spectrum, x)).toFloatArray();
    }
  }

  /** Ten: one spectrum, many threads; returns one result (L) for each signal (L). */
  static List<float[]> threads(List<float[]> signals, float[] kernel) throws Exception {
    int length = kernel.length;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        var conv = LongConvolution.create(Backends.cpu(), ConvolutionMode.CAUSAL, 1, 1, length);
        Tensor k = Tensor.of(kernel, 1, 1, length);
        KernelSpectrum spectrum = conv.prepare(k)) {
      List<Future<float[]>> results =
          signals.stream().map(s -> threads.submit(() -> one(conv, spectrum, s))).toList();
      List<float[]> values = new ArrayList<>();
      for (Future<float[]> result : results) {
        values.add(result.get());
      }
      return values;
    }
  }

  private static float[] one(LongConvolution conv, KernelSpectrum spectrum, float[] signal) {
    try (Tensor u = Tensor.of(signal, 1, 1, signal.length);
        Tensor y = conv.forward(spectrum, u)) {
      return y.toFloatArray();
    }
  }
}
