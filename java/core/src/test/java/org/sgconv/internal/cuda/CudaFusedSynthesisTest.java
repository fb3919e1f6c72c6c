package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CudaElement;
import org.sgconv.bindings.CudaPlan;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.CudaSynthesis;
import org.sgconv.bindings.InvalidSegmentException;
import org.sgconv.bindings.KernelShape;
import org.sgconv.bindings.NativeStatus;
import org.sgconv.bindings.NativeStatusException;
import org.sgconv.bindings.UseAfterCloseException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;
import org.sgconv.device.Device;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Spectra straight from parameters, through the checked bindings. */
@OnCudaDevice
class CudaFusedSynthesisTest {

  private static final long HEADS = 2;
  private static final long CHANNELS = 2 * HEADS;
  private static final long HIDDEN = 3;
  private static final long LENGTH = 300;
  private static final long SIZE = 384;
  private static final ConvolutionShape SHAPE =
      new ConvolutionShape(HEADS, HIDDEN, LENGTH, LENGTH, ConvolutionShape.Mode.BIDIRECTIONAL);

  private GpuStream stream;
  private CudaPlan plan;
  private Tensor weights;
  private Tensor decay;
  private Tensor norm;
  private Tensor skip;
  private Tensor kernel;
  private Tensor spectrum;

  @BeforeEach
  void open() {
    Device device = Device.all(CudaDevice.backend()).getFirst();
    stream = (GpuStream) device.createStream();
    plan = CudaPlan.create(stream.queue(), SHAPE, CudaElement.FLOAT32).orElseThrow();
    assertThat(plan.transformSize()).isEqualTo(SIZE);
    weights = Pass.tensor(stream, 1, 4, CHANNELS, HIDDEN, 5);
    decay = Pass.tensor(stream, 2, HIDDEN);
    norm = Pass.tensor(stream, 3, CHANNELS, HIDDEN);
    skip = Pass.tensor(stream, 4, HEADS, HIDDEN);
    kernel = Tensor.zeros(stream, DType.FLOAT32, CHANNELS, HIDDEN, LENGTH);
    spectrum = Tensor.zeros(stream, DType.FLOAT32, HEADS, HIDDEN, SIZE, 2);
  }

  @AfterEach
  void close() {
    if (stream != null) {
      plan.close();
      Tensor.closeAll(weights, decay, norm, skip, kernel, spectrum);
      stream.close();
    }
  }

  private static KernelShape kernels(long channels) {
    return new KernelShape(
        channels,
        HIDDEN,
        5,
        4,
        0,
        KernelShape.Composition.SUM,
        KernelShape.Interpolation.LINEAR,
        KernelShape.Decay.GEOMETRIC);
  }

  private CudaSpan span(Tensor tensor) {
    return stream.span("tensor", tensor);
  }

  private void synthesize(
      CudaSpan w,
      CudaSpan m,
      CudaSpan z,
      @Nullable CudaSpan d,
      @Nullable CudaSpan k,
      CudaSpan target) {
    plan.synthesize(kernels(CHANNELS), w, m, z, d, k, target);
  }

  @Test
  void spectrumAndKernelAreThoseOfTwoSteps() {
    new CudaSynthesis(stream.queue())
        .kernelForward(
            kernels(CHANNELS), span(weights), span(decay), span(norm), LENGTH, span(kernel));
    plan.prepare(span(kernel), span(skip), span(spectrum));
    float[] values = kernel.toFloatArray();
    float[] expected = spectrum.toFloatArray();
    assertThat(expected).doesNotContain(Float.NaN);
    try (Tensor ownKernel = Tensor.zeros(stream, DType.FLOAT32, CHANNELS, HIDDEN, LENGTH);
        Tensor alone = Tensor.zeros(stream, DType.FLOAT32, HEADS, HIDDEN, SIZE, 2);
        Tensor both = Tensor.zeros(stream, DType.FLOAT32, HEADS, HIDDEN, SIZE, 2)) {
      synthesize(span(weights), span(decay), span(norm), span(skip), null, span(alone));
      synthesize(span(weights), span(decay), span(norm), span(skip), span(ownKernel), span(both));
      assertThat(both.toFloatArray()).containsExactly(alone.toFloatArray());
      // Other CUDA kernels, whose products a compiler may fuse with other sums.
      assertThat(Pass.relativeError(expected, both.toFloatArray())).isLessThanOrEqualTo(1e-6);
      assertThat(Pass.relativeError(values, ownKernel.toFloatArray())).isLessThanOrEqualTo(1e-6);
    }
  }

  @Test
  void spansOfAnotherSizeAreRefused() {
    CudaSpan w = span(weights);
    CudaSpan m = span(decay);
    CudaSpan z = span(norm);
    CudaSpan d = span(skip);
    CudaSpan k = span(kernel);
    CudaSpan target = span(spectrum);
    refused("weights", () -> synthesize(m, m, z, d, k, target));
    refused("decay", () -> synthesize(w, w, z, d, k, target));
    refused("norm", () -> synthesize(w, m, m, d, k, target));
    refused("skip", () -> synthesize(w, m, z, m, k, target));
    refused("kernel", () -> synthesize(w, m, z, d, target, target));
    refused("spectrum", () -> synthesize(w, m, z, null, null, k));
    assertThat(spectrum.toFloatArray()).containsOnly(0);
    assertThat(kernel.toFloatArray()).containsOnly(0);
  }

  private static void refused(String name, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(InvalidSegmentException.class)
        .hasMessageContaining("sgconv_cuda_plan_synthesize: " + name + " holds");
  }

  @Test
  void freedMemoryIsRefused() {
    Tensor gone = Pass.tensor(stream, 5, CHANNELS, HIDDEN);
    CudaSpan freed = span(gone);
    gone.close();
    assertThatThrownBy(
            () -> synthesize(span(weights), span(decay), freed, null, null, span(spectrum)))
        .isInstanceOf(UseAfterCloseException.class)
        .hasMessageContaining("norm");
  }

  @Test
  void memoryOfAnotherStreamIsRefused() {
    try (GpuStream other = (GpuStream) Device.all(CudaDevice.backend()).getFirst().createStream();
        Tensor away = Pass.tensor(other, 6, HIDDEN)) {
      CudaSpan elsewhere = other.span("decay", away);
      assertThatThrownBy(
              () -> synthesize(span(weights), elsewhere, span(norm), null, null, span(spectrum)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("decay belongs to another stream");
    }
  }

  /** A bidirectional convolution takes two kernels a head. */
  @Test
  void kernelsOfAnotherConvolutionAreRefused() {
    try (Tensor half = Pass.tensor(stream, 7, 4, HEADS, HIDDEN, 5);
        Tensor halfNorm = Pass.tensor(stream, 8, HEADS, HIDDEN)) {
      assertThatThrownBy(
              () ->
                  plan.synthesize(
                      kernels(HEADS),
                      span(half),
                      span(decay),
                      span(halfNorm),
                      null,
                      null,
                      span(spectrum)))
          .isInstanceOfSatisfying(
              NativeStatusException.class,
              e -> assertThat(e.status()).isEqualTo(NativeStatus.INVALID_ARGUMENT))
          .hasMessageContaining("kernels.channels = 2, expected 4");
    }
  }
}
