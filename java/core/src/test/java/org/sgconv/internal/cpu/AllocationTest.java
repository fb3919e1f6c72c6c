package org.sgconv.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sgconv.Backend;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.contract.AllocatedBytes;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearOperands;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A call into given tensors puts nothing on the Java heap once it is compiled. */
class AllocationTest {

  private static final int CALLS = 1000;
  private static final int ROUNDS = 60;

  /** Most bytes of a round of a layer's operation: the records of shapes and rules of a call. */
  private static final long PER_LAYER = 400L * CALLS;

  @Test
  void convolutionsAllocateNothing() {
    Backend backend = NativeBackend.get();
    ConvolutionGeometry geometry = new ConvolutionGeometry(ConvolutionMode.CAUSAL, 1, 2, 16, 16);
    try (ConvolutionPlan plan = backend.provider().plan(geometry, DType.FLOAT32);
        PlanSpectrum spectrum = plan.createSpectrum();
        Tensor kernel = zeros(1, 2, 16);
        Tensor skip = zeros(1, 2);
        Tensor u = zeros(1, 2, 16);
        Tensor pre = zeros(1, 2, 16);
        Tensor post = zeros(1, 2, 16);
        Tensor y = zeros(1, 2, 16);
        Tensor du = zeros(1, 2, 16);
        Tensor dk = zeros(1, 2, 16);
        Tensor dskip = zeros(1, 2);
        Tensor dpre = zeros(1, 2, 16);
        Tensor dpost = zeros(1, 2, 16)) {
      GradientTargets targets = new GradientTargets(du, dk, dskip, dpre, dpost);
      assertThat(bytesPerRound(() -> plan.prepare(kernel, skip, spectrum))).isZero();
      ForwardOperands forward = new ForwardOperands(u.dim(0), u, pre, post, null, y);
      assertThat(bytesPerRound(() -> plan.forward(spectrum, forward))).isZero();
      BackwardOperands backward = new BackwardOperands(u.dim(0), u, pre, post, null, y, targets);
      assertThat(bytesPerRound(() -> plan.backward(spectrum, backward))).isZero();
    }
  }

  @Test
  void synthesisAllocatesNothing() {
    Backend backend = NativeBackend.get();
    KernelGeometry geometry =
        new KernelGeometry(
            1, 2, 4, 3, 0, Composition.CONCATENATE, Interpolation.LINEAR, DecayLaw.POWER);
    try (Tensor weights = zeros(3, 1, 2, 4);
        Tensor decay = zeros(2);
        Tensor norm = zeros(1, 2);
        Tensor kernel = zeros(1, 2, 16);
        Tensor gradKernel = zeros(1, 2, 16);
        Tensor gradWeights = zeros(3, 1, 2, 4);
        Tensor gradDecay = zeros(2)) {
      norm.fill(1);
      var kernels = backend.provider().kernels();
      KernelOperands operands = new KernelOperands(geometry, weights, decay, norm);
      assertThat(bytesPerRound(() -> kernels.norm(operands))).isZero();
      norm.fill(1);
      assertThat(bytesPerRound(() -> kernels.forward(operands, kernel))).isZero();
      assertThat(
              bytesPerRound(() -> kernels.backward(operands, gradKernel, gradWeights, gradDecay)))
          .isZero();
    }
  }

  @Test
  void spectraOfParametersAllocateNothing() {
    Backend backend = NativeBackend.get();
    ConvolutionGeometry geometry = new ConvolutionGeometry(ConvolutionMode.CAUSAL, 1, 2, 16, 16);
    KernelGeometry kernels =
        new KernelGeometry(
            1, 2, 4, 3, 0, Composition.CONCATENATE, Interpolation.LINEAR, DecayLaw.POWER);
    try (ConvolutionPlan plan = backend.provider().plan(geometry, DType.FLOAT32);
        PlanSpectrum spectrum = plan.createSpectrum();
        Tensor weights = zeros(3, 1, 2, 4);
        Tensor decay = zeros(2);
        Tensor norm = zeros(1, 2);
        Tensor skip = zeros(1, 2);
        Tensor kernel = zeros(1, 2, 16)) {
      norm.fill(1);
      KernelOperands operands = new KernelOperands(kernels, weights, decay, norm);
      assertThat(bytesPerRound(() -> plan.synthesize(operands, skip, null, spectrum))).isZero();
      assertThat(bytesPerRound(() -> plan.synthesize(operands, skip, kernel, spectrum))).isZero();
    }
  }

  /**
   * Beside the records in which shapes and rules are handed on, which a compiler may do without.
   */
  @Test
  void layersAllocateNextToNothing() {
    LayerOperations layers = NativeBackend.get().provider().layers();
    Dropout rule = new Dropout(0.5, 1, 2, 3);
    try (Tensor x = zeros(2, 4, 16);
        Tensor y = zeros(2, 4, 16);
        Tensor z = zeros(2, 8, 16);
        Tensor weight = zeros(8, 4);
        Tensor bias = zeros(8);
        Tensor scales = zeros(4);
        Tensor shifts = zeros(4)) {
      LinearOperands operands =
          new LinearOperands(true, rule, true, rule, x, weight, bias, null, z, y);
      assertThat(bytesPerRound(() -> layers.gelu(x, rule, y))).isLessThan(PER_LAYER);
      assertThat(bytesPerRound(() -> layers.linear(operands))).isLessThan(PER_LAYER);
      assertThat(bytesPerRound(() -> layers.norms().layerNorm(x, scales, shifts, 1, y, null, null)))
          .isLessThan(PER_LAYER);
    }
  }

  private static long bytesPerRound(Runnable call) {
    return AllocatedBytes.leastIn(ROUNDS, CALLS, call);
  }

  private static Tensor zeros(long... dims) {
    return Tensor.zeros(DType.FLOAT32, dims);
  }
}
