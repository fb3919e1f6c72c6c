package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.io.Checkpoint;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.Tensor;

/** The published code's own results, from its checkpoint to its gradients. */
interface Golden extends BackendUnderTest {

  @TestFactory
  default Stream<DynamicTest> agreesWithThePublishedCode() {
    Backend backend = backend();
    return GoldenCase.names().stream().map(name -> dynamicTest(name, () -> check(backend, name)));
  }

  @Test
  default void goldenCasesAreAllThere() {
    assertThat(GoldenCase.names()).hasSize(11);
  }

  private void check(Backend backend, String name) {
    try (GoldenCase golden = new GoldenCase(name);
        Checkpoint checkpoint = Checkpoint.read(golden.file(), golden.spec(), type(), "state.")) {
      KernelSpec spec = golden.spec();
      KernelSynthesis synthesis = KernelSynthesis.on(backend);
      try (KernelParameters parameters = checkpoint.parameters().copyTo(backend);
          Tensor u = golden.tensor("u", type()).moveTo(backend);
          Tensor dy = golden.tensor("dy", type()).moveTo(backend);
          Tensor skip = checkpoint.skip().copyTo(backend);
          Tensor kernel = synthesis.forward(parameters, u.dim(2));
          LongConvolution convolution =
              LongConvolution.create(
                  backend, spec.mode(), spec.heads(), spec.hidden(), u.dim(2), type());
          KernelSpectrum spectrum = convolution.prepare(kernel, skip);
          Tensor y = convolution.forward(spectrum, u);
          Gradients gradients = convolution.backward(spectrum, u, dy);
          KernelGradients ofParameters = synthesis.backward(parameters, gradients.kernel())) {
        near(golden, "k", asPublished(kernel.toDoubleArray(), spec, (int) u.dim(2)));
        near(golden, "y", y.toDoubleArray());
        near(golden, "grad.u", gradients.input().toDoubleArray());
        near(golden, "grad.D", gradients.skip().orElseThrow().toDoubleArray());
        for (int i = 0; i < spec.scales(); i++) {
          try (Tensor piece = ofParameters.weights().slice(i)) {
            near(golden, "grad.kernel_list." + i, piece.toDoubleArray());
          }
        }
        // The published layer can keep its exponents fixed: then it has no gradient of them.
        if (golden.has("grad.decay")) {
          near(golden, "grad.decay", ofParameters.decay().orElseThrow().toDoubleArray());
        }
        nearNorm(backend, golden, parameters);
      }
    }
  }

  /** The norm is in the file; this backend's own must be the same. */
  private void nearNorm(Backend backend, GoldenCase golden, KernelParameters imported) {
    try (KernelParameters fresh =
        KernelParameters.of(imported.spec(), imported.weights().copy(), imported.decay().copy())) {
      KernelSynthesis.on(backend).norm(fresh);
      near(golden, "state.kernel_norm", fresh.norm().orElseThrow().toDoubleArray());
    }
  }

  private void near(GoldenCase golden, String tensor, double[] actual) {
    Judged.check(
        golden.tolerance(type()),
        backendName() + " " + golden.name() + " " + tensor,
        golden.values(tensor),
        actual);
  }

  /** Bidirectional kernels are returned with length 2L: k, then k' backwards. */
  private static double[] asPublished(double[] kernel, KernelSpec spec, int length) {
    if (spec.mode() != ConvolutionMode.BIDIRECTIONAL) {
      return kernel;
    }
    double[] both = new double[kernel.length];
    for (int i = 0; i < kernel.length; i++) {
      int row = i / length;
      int rows = spec.heads() * spec.hidden();
      int j = i % length;
      boolean backward = row >= rows;
      both[backward ? (row - rows + 1) * 2 * length - 1 - j : row * 2 * length + j] = kernel[i];
    }
    return both;
  }
}
