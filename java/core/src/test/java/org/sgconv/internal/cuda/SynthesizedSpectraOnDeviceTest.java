package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.Recording;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The device's memory and recordings where a spectrum comes straight from parameters. */
@OnCudaDevice
class SynthesizedSpectraOnDeviceTest {

  private static final long LENGTH = 700;

  /** More than one block of threads takes. */
  private static final long LONG = 17_000;

  /** Bytes of workspace: not enough for all rows of {@link #LENGTH} at once. */
  private static final String PARTS = "30000";

  private static final KernelSpec SPEC =
      KernelSpec.builder()
          .mode(ConvolutionMode.BIDIRECTIONAL)
          .heads(2)
          .hidden(3)
          .kernelDim(8)
          .scales(6)
          .build();

  private final long openBefore = Tensor.openCount();
  private long bytesBefore;
  private Device device;
  private Stream stream;
  private KernelParameters parameters;
  private Tensor skip;

  @BeforeEach
  void open() {
    device = Device.all(CudaDevice.backend()).getFirst();
    bytesBefore = device.allocatedBytes();
    stream = device.createStream();
    parameters = KernelParameters.random(stream.backend(), SPEC, DType.FLOAT32, 7);
    skip = Pass.tensor(stream, 1, 2, 3);
  }

  @AfterEach
  void nothingLeaks() {
    if (stream != null) {
      skip.close();
      parameters.close();
      stream.close();
      assertThat(Tensor.openCount()).isEqualTo(openBefore);
      assertThat(device.allocatedBytes()).isEqualTo(bytesBefore);
    }
  }

  private LongConvolution convolution(long length) {
    return LongConvolution.create(stream.backend(), SPEC.mode(), 2, 3, length);
  }

  private float[] forward(LongConvolution convolution, KernelSpectrum spectrum) {
    try (Tensor u = Pass.tensor(stream, 2, 1, 3, convolution.length());
        Tensor y = convolution.forward(spectrum, u)) {
      return y.toFloatArray();
    }
  }

  /** Once the norm is taken and the spectrum there, nothing is allocated: no kernel, no scratch. */
  @ParameterizedTest
  @ValueSource(longs = {LENGTH, LONG})
  @OnEmulatedDevice
  void noKernelIsInTheDevicesMemory(long length) {
    KernelSynthesis.on(stream.backend()).norm(parameters);
    try (LongConvolution convolution = convolution(length);
        KernelSpectrum spectrum = convolution.prepare(parameters, skip)) {
      long bytes = device.allocatedBytes();
      long calls = EmulatedMachine.count("allocation");
      spectrum.prepare(parameters, skip);
      spectrum.prepare(parameters);
      stream.synchronize();
      assertThat(EmulatedMachine.count("allocation")).isEqualTo(calls);
      assertThat(device.allocatedBytes()).isEqualTo(bytes);
      long others = parametersBytes() + skip.byteSize() + spectrum.byteSize();
      assertThat(bytes - bytesBefore).as("what the test made, no more").isEqualTo(others);
      convolution.prepare(parameters).close();
      assertThat(EmulatedMachine.count("allocation")).as("the new spectrum").isEqualTo(calls + 1);
    }
  }

  private long parametersBytes() {
    return parameters.weights().byteSize()
        + parameters.decay().byteSize()
        + parameters.norm().orElseThrow().byteSize();
  }

  /** Through cuFFT the kernel is in the stream's scratch memory, or where the caller wants it. */
  @Test
  @OnEmulatedDevice
  @ExtendWith(CufftPath.class)
  void onTheOtherPathTheKernelIsScratch() {
    KernelSynthesis.on(stream.backend()).norm(parameters);
    try (LongConvolution convolution = convolution(LENGTH);
        Tensor kernel = Tensor.zeros(stream, DType.FLOAT32, 4, 3, LENGTH);
        KernelSpectrum spectrum = convolution.prepare(kernel, skip)) {
      long without = device.allocatedBytes();
      spectrum.synthesize(parameters, skip, kernel);
      assertThat(device.allocatedBytes()).isEqualTo(without);
      spectrum.prepare(parameters, skip);
      long bytes = device.allocatedBytes();
      assertThat(bytes - without).isBetween(kernel.byteSize() - 512, kernel.byteSize() + 512);
      long calls = EmulatedMachine.count("allocation");
      spectrum.prepare(parameters, skip);
      assertThat(EmulatedMachine.count("allocation")).isEqualTo(calls);
      assertThat(device.allocatedBytes()).isEqualTo(bytes);
    }
  }

  /** A small limit cuts the transforms into parts, on which results do not depend. */
  @Test
  @ExtendWith(CufftPath.class)
  void partsOfTheWorkspaceDoNotShow() {
    try (LongConvolution whole = convolution(LENGTH);
        KernelSpectrum spectrum = whole.prepare(parameters, skip)) {
      float[] expected = forward(whole, spectrum);
      System.setProperty(WorkspaceLimit.PROPERTY, PARTS);
      try (LongConvolution parts = convolution(LENGTH);
          KernelSpectrum inParts = parts.prepare(parameters, skip)) {
        // Transforms of cuFFT may differ with the number of rows.
        assertThat(Pass.relativeError(expected, forward(whole, spectrum)))
            .isLessThanOrEqualTo(1e-6);
        assertThat(Pass.relativeError(expected, forward(parts, inParts))).isLessThanOrEqualTo(1e-6);
      } finally {
        System.clearProperty(WorkspaceLimit.PROPERTY);
      }
    }
  }

  /** The limit of {@link #partsOfTheWorkspaceDoNotShow} is one: its transforms have fewer rows. */
  @Test
  @OnEmulatedDevice
  @ExtendWith(CufftPath.class)
  void aSmallLimitCutsTheTransformsOfASpectrum() {
    try (LongConvolution whole = convolution(LENGTH)) {
      whole.prepare(parameters, skip).close();
      long plans = EmulatedMachine.count("plan");
      whole.prepare(parameters, skip).close();
      assertThat(EmulatedMachine.count("plan")).as("as many rows as before").isEqualTo(plans);
      System.setProperty(WorkspaceLimit.PROPERTY, PARTS);
      try (LongConvolution parts = convolution(LENGTH)) {
        parts.prepare(parameters, skip).close();
        assertThat(EmulatedMachine.count("plan")).as("fewer rows").isGreaterThan(plans);
      } finally {
        System.clearProperty(WorkspaceLimit.PROPERTY);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {LENGTH, LONG})
  void spectraOfParametersAreRecorded(long length) {
    recordAndReplay(length);
  }

  @Test
  @ExtendWith(CufftPath.class)
  void spectraOfParametersAreRecordedOnTheOtherPath() {
    recordAndReplay(LENGTH);
  }

  /** A replay prepares what the parameters are then. */
  private void recordAndReplay(long length) {
    try (LongConvolution convolution = convolution(length);
        Tensor kernel = Tensor.zeros(stream, DType.FLOAT32, 4, 3, length);
        Tensor zeros = Tensor.zeros(stream, DType.FLOAT32, 6, 4, 3, 8);
        KernelSpectrum spectrum = convolution.prepare(parameters, skip)) {
      float[] expected = forward(convolution, spectrum);
      try (Tensor weights = parameters.weights().copy();
          Recording alone = stream.record(() -> spectrum.prepare(parameters, skip));
          Recording both = stream.record(() -> spectrum.synthesize(parameters, skip, kernel))) {
        parameters.weights().copyFrom(zeros);
        spectrum.prepare(parameters);
        assertThat(forward(convolution, spectrum)).containsOnly(0);
        parameters.weights().copyFrom(weights);
        alone.replay();
        assertThat(forward(convolution, spectrum)).containsExactly(expected);
        assertThat(kernel.toFloatArray()).containsOnly(0);
        spectrum.prepare(parameters);
        both.replay();
        assertThat(forward(convolution, spectrum)).containsExactly(expected);
        try (Tensor synthesized =
            KernelSynthesis.on(stream.backend()).forward(parameters, length)) {
          assertThat(Pass.relativeError(synthesized.toFloatArray(), kernel.toFloatArray()))
              .isLessThanOrEqualTo(1e-6);
        }
      }
    }
  }

  /** What a spectrum has is known when its work is recorded, not only when that is replayed. */
  @Test
  void recordingsGiveAndTakeNoSkip() {
    try (LongConvolution convolution = convolution(LENGTH);
        Tensor kernel = Tensor.zeros(stream, DType.FLOAT32, 4, 3, LENGTH);
        KernelSpectrum spectrum = convolution.prepare(parameters)) {
      float[] before = forward(convolution, spectrum);
      for (Runnable work :
          List.<Runnable>of(
              () -> spectrum.prepare(parameters, skip), () -> spectrum.prepare(kernel, skip))) {
        assertThatThrownBy(() -> stream.record(work))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("prepare the spectrum that way once before it is recorded");
      }
      assertThat(spectrum.hasSkip()).isFalse();
      assertThat(forward(convolution, spectrum)).containsExactly(before);
      spectrum.prepare(parameters, skip);
      assertThatThrownBy(() -> stream.record(() -> spectrum.prepare(kernel)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("without a skip in a spectrum with one");
      assertThat(spectrum.hasSkip()).isTrue();
    }
  }

  /** A norm is an operand like the others, although the caller does not name it. */
  @Test
  void aNormElsewhereIsNamed() {
    Tensor norm = Tensor.zeros(DType.FLOAT32, 4, 3);
    norm.fill(1);
    KernelSynthesis synthesis = KernelSynthesis.on(stream.backend());
    try (KernelParameters mixed =
            KernelParameters.of(
                SPEC, parameters.weights().copy(), parameters.decay().copy(), norm);
        LongConvolution convolution = convolution(LENGTH);
        KernelSpectrum spectrum = convolution.prepare(parameters, skip)) {
      float[] before = forward(convolution, spectrum);
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> synthesis.norm(mixed),
              () -> synthesis.forward(mixed, LENGTH),
              () -> convolution.prepare(mixed),
              () -> spectrum.prepare(mixed, skip))) {
        assertThatThrownBy(use)
            .isInstanceOf(WrongDeviceException.class)
            .hasMessageContaining("norm");
      }
      assertThat(forward(convolution, spectrum)).containsExactly(before);
    }
  }

  /** A recording makes nothing, and a norm is something. */
  @Test
  void recordingsTakeNoNorm() {
    try (LongConvolution convolution = convolution(LENGTH);
        Tensor kernel = Tensor.zeros(stream, DType.FLOAT32, 4, 3, LENGTH);
        KernelSpectrum spectrum = convolution.prepare(kernel)) {
      assertThatThrownBy(() -> stream.record(() -> spectrum.prepare(parameters, skip)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("run the work once before it is recorded");
      assertThat(parameters.norm()).isEmpty();
      spectrum.prepare(parameters, skip);
      assertThat(parameters.norm()).isPresent();
    }
  }
}
