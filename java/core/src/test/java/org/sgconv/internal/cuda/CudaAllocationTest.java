package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.contract.AllocatedBytes;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A call into given tensors on a device puts nothing on the Java heap once it is compiled. */
@OnEmulatedDevice
class CudaAllocationTest {

  /** Of the emulated device, where each takes about a tenth of a millisecond. */
  private static final int CALLS = 200;

  private static final int ROUNDS = 100;

  private static final Stream STREAM = Device.all(CudaDevice.backend()).getFirst().defaultStream();

  @Test
  void aConvolutionAllocatesNothing() {
    try (LongConvolution convolution =
            LongConvolution.create(STREAM.backend(), ConvolutionMode.CAUSAL, 1, 1, 16);
        Tensor kernel = zeros(1, 1, 16);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = zeros(1, 1, 16);
        Tensor y = zeros(1, 1, 16)) {
      Gates none = Gates.none();
      assertThat(bytesPerRound(() -> convolution.forward(spectrum, u, none, y))).isZero();
    }
  }

  @Test
  void plansAllocateNothing() {
    ConvolutionGeometry geometry = new ConvolutionGeometry(ConvolutionMode.CAUSAL, 1, 1, 16, 16);
    KernelGeometry kernels =
        new KernelGeometry(
            1, 1, 4, 3, 0, Composition.CONCATENATE, Interpolation.LINEAR, DecayLaw.POWER);
    try (ConvolutionPlan plan = STREAM.backend().provider().plan(geometry, DType.FLOAT32);
        PlanSpectrum spectrum = plan.createSpectrum();
        Tensor kernel = zeros(1, 1, 16);
        Tensor skip = zeros(1, 1);
        Tensor weights = zeros(3, 1, 1, 4);
        Tensor decay = zeros(1);
        Tensor norm = zeros(1, 1);
        Tensor u = zeros(1, 1, 16);
        Tensor pre = zeros(1, 1, 16);
        Tensor post = zeros(1, 1, 16);
        Tensor dy = zeros(1, 1, 16);
        Tensor du = zeros(1, 1, 16);
        Tensor dk = zeros(1, 1, 16);
        Tensor dskip = zeros(1, 1);
        Tensor dpre = zeros(1, 1, 16);
        Tensor dpost = zeros(1, 1, 16)) {
      KernelOperands parameters = new KernelOperands(kernels, weights, decay, norm);
      BackwardOperands backward =
          new BackwardOperands(
              1, u, pre, post, null, dy, new GradientTargets(du, dk, dskip, dpre, dpost));
      assertThat(plan.path()).contains("fused");
      plan.lock().writeLock().lock();
      try {
        assertThat(bytesPerRound(() -> plan.prepare(kernel, skip, spectrum))).isZero();
        assertThat(bytesPerRound(() -> plan.synthesize(parameters, skip, null, spectrum))).isZero();
        assertThat(bytesPerRound(() -> plan.backward(spectrum, backward))).isZero();
      } finally {
        plan.lock().writeLock().unlock();
      }
    }
  }

  /** Through cuFFT, spans of scratch memory and the rows of a chunk are small objects. */
  @Test
  @ExtendWith(CufftPath.class)
  void aChunkThroughCufftAllocatesLittle() {
    try (LongConvolution convolution =
            LongConvolution.create(STREAM.backend(), ConvolutionMode.CAUSAL, 1, 1, 16);
        Tensor kernel = zeros(1, 1, 16);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = zeros(1, 1, 16);
        Tensor y = zeros(1, 1, 16)) {
      Gates none = Gates.none();
      assertThat(convolution.path()).contains("cufft");
      assertThat(bytesPerRound(() -> convolution.forward(spectrum, u, none, y)) / CALLS)
          .isLessThanOrEqualTo(1024);
    }
  }

  @Test
  void synthesisAllocatesNothing() {
    KernelGeometry geometry =
        new KernelGeometry(
            1, 1, 4, 3, 0, Composition.CONCATENATE, Interpolation.LINEAR, DecayLaw.POWER);
    try (Tensor weights = zeros(3, 1, 1, 4);
        Tensor decay = zeros(1);
        Tensor norm = zeros(1, 1);
        Tensor kernel = zeros(1, 1, 16);
        Tensor gradWeights = zeros(3, 1, 1, 4);
        Tensor gradDecay = zeros(1)) {
      KernelOperands parameters = new KernelOperands(geometry, weights, decay, norm);
      KernelOperations operations = STREAM.backend().provider().kernels();
      assertThat(bytesPerRound(() -> operations.norm(parameters))).isZero();
      assertThat(bytesPerRound(() -> operations.forward(parameters, kernel))).isZero();
      assertThat(
              bytesPerRound(() -> operations.backward(parameters, kernel, gradWeights, gradDecay)))
          .isZero();
    }
  }

  private static long bytesPerRound(Runnable call) {
    long least = AllocatedBytes.leastIn(ROUNDS, CALLS, call);
    STREAM.synchronize();
    return least;
  }

  private static Tensor zeros(long... dims) {
    return Tensor.zeros(STREAM, DType.FLOAT32, dims);
  }
}
