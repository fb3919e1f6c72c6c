package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.Backend;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.device.Stream;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** What a convolution says of its workspace is what calls of all kinds leave on a new stream. */
@OnEmulatedDevice
class WorkspaceBytesTest {

  private final Device device = Device.all(CudaDevice.backend()).getFirst();

  @AfterEach
  void defaultPath() {
    System.clearProperty(CudaBackend.PATH);
  }

  /** Of a limit, some calls take less than all gradients at once, and in larger parts. */
  @ParameterizedTest
  @CsvSource({
    "fused, 1, 3, 50, 1,",
    "fused, 2, 3, 50, 5,",
    "fused, 2, 3, 700, 1,",
    "fused, 2, 3, 700, 3,",
    "fused, 1, 4, 700, 3, 40000",
    "fused, 1, 2, 17000, 1,",
    "fused, 2, 2, 17000, 3,",
    "fused, 2, 2, 17000, 3, 1300000",
    "cufft, 1, 3, 50, 1,",
    "cufft, 2, 3, 50, 5,",
    "cufft, 2, 3, 700, 4,",
    "cufft, 1, 5, 700, 7, 150000",
    "cufft, 2, 3, 700, 5, 100000",
    "cufft, 2, 3, 50, 5, 5000",
    "cufft, 1, 1, 17000, 2,",
  })
  void theStreamHoldsWhatWasSaid(
      String path, int heads, int hidden, long length, int batch, String limit) {
    System.setProperty(CudaBackend.PATH, path);
    try (Stream stream = device.createStream();
        LongConvolution free = convolution(stream, heads, hidden, length);
        LongConvolution convolution = convolution(stream, heads, hidden, length, limit)) {
      assertThat(convolution.path()).contains(path);
      long before = device.allocatedBytes();
      long said = convolution.workspaceBytes(batch);
      assertThat(device.allocatedBytes()).as("asking allocates nothing").isEqualTo(before);
      assertThat(everyCall(stream, convolution, batch)).isEqualTo(said);
      assertThat(convolution.workspaceBytes(batch)).isEqualTo(said);
      if (limit == null) {
        assertThat(said).isEqualTo(free.workspaceBytes(batch));
      } else {
        assertThat(said).as("parts").isLessThan(free.workspaceBytes(batch));
      }
    }
  }

  @Test
  void aLimitHoldsForAllBatches() {
    System.setProperty(CudaBackend.PATH, "fused");
    try (Stream stream = device.createStream();
        LongConvolution limited = convolution(stream, 2, 2, 17_000, "3000000");
        LongConvolution none = convolution(stream, 2, 2, 17_000, "1000")) {
      assertThat(limited.workspaceBytes(1)).isPositive();
      assertThat(limited.workspaceBytes(1 << 20)).isLessThanOrEqualTo(3_000_000);
      assertThatThrownBy(() -> none.workspaceBytes(8))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining(WorkspaceLimit.PROPERTY);
    }
  }

  /** Convolutions of a stream share one workspace: the largest, and not the sum. */
  @ParameterizedTest
  @CsvSource({"fused", "cufft"})
  void aStreamHoldsTheMost(String path) {
    System.setProperty(CudaBackend.PATH, path);
    try (Stream stream = device.createStream();
        LongConvolution small = convolution(stream, 2, 3, 300);
        LongConvolution large = convolution(stream, 2, 3, 700)) {
      long most = large.workspaceBytes(4);
      assertThat(small.workspaceBytes(4)).isPositive().isLessThan(most);
      long first = everyCall(stream, small, 4);
      long second = everyCall(stream, large, 4);
      long third = everyCall(stream, small, 4);
      assertThat(first + second + third).isEqualTo(most);
    }
  }

  /** More signals than any call can have, on either path. */
  @ParameterizedTest
  @CsvSource({"fused", "cufft"})
  void hugeBatches(String path) {
    System.setProperty(CudaBackend.PATH, path);
    try (Stream stream = device.createStream();
        LongConvolution convolution = convolution(stream, 2, 3, 50)) {
      assertThat(convolution.workspaceBytes(1L << 30))
          .isPositive()
          .isLessThanOrEqualTo(WorkspaceLimit.DEFAULT_BYTES);
      for (long batch : new long[] {0, 1L << 53, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> convolution.workspaceBytes(batch))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("batch is " + batch);
      }
    }
  }

  @Test
  void aClosedConvolutionTakesNothing() {
    try (Stream stream = device.createStream()) {
      LongConvolution convolution = convolution(stream, 2, 3, 50);
      convolution.close();
      assertThatThrownBy(() -> convolution.workspaceBytes(1)).isInstanceOf(ClosedException.class);
    }
  }

  private static LongConvolution convolution(Stream stream, int heads, int hidden, long length) {
    return LongConvolution.create(
        stream.backend(), ConvolutionMode.BIDIRECTIONAL, heads, hidden, length);
  }

  /** With a limit of the workspace; null for the default. */
  private static LongConvolution convolution(
      Stream stream, int heads, int hidden, long length, String limit) {
    if (limit == null) {
      return convolution(stream, heads, hidden, length);
    }
    System.setProperty(WorkspaceLimit.PROPERTY, limit);
    try {
      return convolution(stream, heads, hidden, length);
    } finally {
      System.clearProperty(WorkspaceLimit.PROPERTY);
    }
  }

  /** Bytes by which the stream's workspace grows when all kinds of calls are made. */
  private long everyCall(Stream stream, LongConvolution convolution, int batch) {
    Backend backend = stream.backend();
    int heads = convolution.heads();
    int hidden = convolution.hidden();
    long length = convolution.length();
    KernelSpec spec =
        KernelSpec.builder()
            .mode(convolution.mode())
            .heads(heads)
            .hidden(hidden)
            .kernelDim(4)
            .scales(3)
            .build();
    try (TensorScope scope = TensorScope.on(backend);
        KernelParameters parameters = KernelParameters.random(backend, spec, DType.FLOAT32, 7)) {
      KernelSynthesis.on(backend).norm(parameters);
      Tensor kernel = scope.zeros(DType.FLOAT32, 2 * heads, hidden, length);
      Tensor skip = scope.zeros(DType.FLOAT32, heads, hidden);
      Tensor u = scope.zeros(DType.FLOAT32, batch, hidden, length);
      Tensor pre = scope.zeros(DType.FLOAT32, batch, hidden, length);
      Tensor post = scope.zeros(DType.FLOAT32, batch, hidden, length);
      Tensor y = scope.zeros(DType.FLOAT32, batch, heads * hidden, length);
      Tensor du = scope.zeros(DType.FLOAT32, batch, hidden, length);
      Tensor dk = scope.zeros(DType.FLOAT32, 2 * heads, hidden, length);
      Tensor dpost = scope.zeros(DType.FLOAT32, batch, hidden, length);
      Gates gates = Gates.of(pre, post);
      long before = device.allocatedBytes();
      try (KernelSpectrum spectrum = convolution.prepare(kernel, skip)) {
        spectrum.prepare(parameters, skip);
        convolution.forward(spectrum, u, gates, y);
        for (int wanted = 1; wanted < 8; wanted++) {
          Gradients.Builder into = Gradients.into();
          if ((wanted & 1) != 0) {
            into.input(du);
          }
          if ((wanted & 2) != 0) {
            into.kernel(dk);
          }
          if ((wanted & 4) != 0) {
            into.post(dpost);
          }
          convolution.backward(spectrum, u, gates, y, into.build());
        }
        return device.allocatedBytes() - before - convolution.spectrumBytes();
      }
    }
  }
}
