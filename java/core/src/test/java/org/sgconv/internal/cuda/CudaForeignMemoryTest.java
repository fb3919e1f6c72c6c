package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Event;
import org.sgconv.device.Recording;
import org.sgconv.device.Stream;
import org.sgconv.device.StreamClosedException;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Tensors on memory of the device that somebody else owns, on a stream of theirs. */
class CudaForeignMemoryTest extends CudaDeviceTest {

  private static final int BATCH = 2;
  private static final int HIDDEN = 3;

  private final List<MemorySegment> allocated = new ArrayList<>();
  private MemorySegment foreign;
  private Stream stream;
  private long tensors;

  @BeforeEach
  void wrap() {
    foreign = ForeignCuda.createStream(0);
    stream = device.wrapStream(foreign);
    tensors = Tensor.openCount();
  }

  @AfterEach
  void nothingLeaks() {
    if (stream != null) { // otherwise the test was skipped
      stream.close();
      allocated.forEach(ForeignCuda::free); // all of it is there
      ForeignCuda.destroyStream(foreign);
      assertThat(Tensor.openCount()).isEqualTo(tensors);
    }
  }

  private MemorySegment allocate(long floats) {
    MemorySegment memory = ForeignCuda.allocate(0, floats * Float.BYTES);
    allocated.add(memory);
    return memory;
  }

  /** A foreign copy of a tensor of the host. */
  private Tensor foreignCopy(Tensor host) {
    MemorySegment memory = allocate(host.elementCount());
    ForeignCuda.write(memory, host.toFloatArray());
    return Tensor.wrap(stream, memory, DType.FLOAT32, host.shape().toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"fused", "cufft"})
  void aPassHasTheBitsOfOurOwnMemory(String path) {
    System.setProperty(CudaBackend.PATH, path);
    try (Stream own = device.createStream()) {
      assertThat(pass(stream, this::foreignCopy))
          .isEqualTo(pass(own, host -> host.copyTo(own)))
          .hasSizeGreaterThan(6 * HIDDEN);
    } finally {
      System.clearProperty(CudaBackend.PATH);
    }
  }

  /** Everything that a forward and a backward pass write, with all operands made in one way. */
  private static List<Float> pass(Stream stream, Function<Tensor, Tensor> operand) {
    long length = 40;
    long[] signal = {BATCH, HIDDEN, length};
    try (Closer made = Closer.onFailure();
        LongConvolution convolution =
            LongConvolution.create(stream.backend(), ConvolutionMode.CAUSAL, 1, HIDDEN, length)) {
      long[][] read = {{1, HIDDEN, length}, {1, HIDDEN}, signal, signal, signal, signal};
      long[][] written = {signal, signal, {1, HIDDEN, length}, {1, HIDDEN}, signal, signal};
      List<Tensor> in = new ArrayList<>();
      List<Tensor> out = new ArrayList<>();
      for (int i = 0; i < read.length; i++) {
        try (Tensor drawn = Pass.tensor(stream, i, read[i]);
            Tensor host = drawn.toHost()) {
          in.add(made.add(operand.apply(host)));
        }
      }
      for (long[] dims : written) {
        try (Tensor host = Tensor.zeros(DType.FLOAT32, dims)) {
          host.fill(Double.NaN);
          out.add(made.add(operand.apply(host)));
        }
      }
      Gates gates = Gates.of(in.get(3), in.get(4));
      Gradients gradients =
          Gradients.into()
              .input(out.get(1))
              .kernel(out.get(2))
              .skip(out.get(3))
              .pre(out.get(4))
              .post(out.get(5))
              .build();
      try (KernelSpectrum spectrum = convolution.prepare(in.get(0), in.get(1))) {
        convolution.forward(spectrum, in.get(2), gates, out.get(0));
        convolution.backward(spectrum, in.get(2), gates, in.get(5), gradients);
      }
      List<Float> results = new ArrayList<>();
      for (Tensor tensor : out) {
        for (float value : tensor.toFloatArray()) {
          assertThat(value).isNotNaN();
          results.add(value);
        }
      }
      return results; // made is closed: it was not kept
    }
  }

  /** What others submit comes after ours, with no wait and no host in between. */
  @Test
  void othersReadOurResultsInTheStreamsOrder() {
    MemorySegment memory = allocate(3);
    try (Tensor ours = Tensor.of(stream.backend(), new float[] {1, 2, 3}, 3);
        Tensor theirs = Tensor.wrap(stream, memory, DType.FLOAT32, 3)) {
      theirs.copyFrom(ours); // submitted
      assertThat(stream.handle()).isEqualTo(foreign);
      assertThat(theirs.deviceAddress().address()).isEqualTo(memory.address());
      assertThat(ForeignCuda.read(theirs.deviceAddress(), 3, foreign)).containsExactly(1, 2, 3);
      // Our own memory too, and a part of it.
      try (Tensor part = ours.slice(1, 3)) {
        assertThat(ForeignCuda.read(ours.deviceAddress(), 3, stream.handle()))
            .containsExactly(1, 2, 3);
        assertThat(part.deviceAddress().address()).isEqualTo(ours.deviceAddress().address() + 4);
        assertThat(part.deviceAddress().byteSize()).isZero();
      }
    }
  }

  /** A library whose stream is not wrapped: an event of ours orders it through one that is. */
  @Test
  void anEventOrdersAWrappedStream() {
    MemorySegment memory = allocate(2);
    try (Stream own = device.createStream();
        Event done = device.createEvent();
        Tensor ours = Tensor.wrap(own, memory, DType.FLOAT32, 2);
        Tensor values = Tensor.of(own.backend(), new float[] {4, 5}, 2)) {
      ours.copyFrom(values);
      done.record(own);
      stream.waitFor(done);
      assertThat(ForeignCuda.read(memory, 2, foreign)).containsExactly(4, 5);
    }
  }

  @Test
  void foreignMemoryIsNotOurs() {
    long bytes = device.allocatedBytes();
    long count = device.allocationCount();
    Tensor tensor = Tensor.wrap(stream, allocate(6), DType.FLOAT32, 2, 3);
    assertThat(tensor.isOnHost()).isFalse();
    assertThat(tensor.stream()).contains(stream);
    assertThat(device.allocatedBytes()).isEqualTo(bytes);
    assertThat(device.allocationCount()).isEqualTo(count);
    assertThat(Tensor.openCount()).as("tensors that own memory").isEqualTo(tensors);
    assertThatThrownBy(stream::close)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("1 open");
    tensor.close();
    tensor.close(); // does nothing
    assertThat(tensor.isClosed()).isTrue();
    assertThat(device.allocatedBytes()).isEqualTo(bytes);
    assertThatThrownBy(tensor::toHost).isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(tensor::deviceAddress).isInstanceOf(TensorClosedException.class);
  }

  @Test
  void unfitMemoryIsRefused() {
    MemorySegment memory = allocate(8);
    try (Tensor host = Tensor.zeros(DType.FLOAT32, 4);
        Tensor pinned = Tensor.pinned(cuda, DType.FLOAT32, 4)) {
      for (Tensor there : List.of(host, pinned)) {
        assertThatThrownBy(() -> Tensor.wrap(stream, there.segment(), DType.FLOAT32, 4))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("tensor FLOAT32 (4) on " + stream)
            .hasMessageContaining("of the host")
            .hasMessageContaining("expected memory of CUDA device 0");
      }
      assertThatThrownBy(host::deviceAddress).isInstanceOf(WrongDeviceException.class);
    }
    // An array that holds a handle is not the handle.
    assertThatThrownBy(() -> stream.device().wrapStream(MemorySegment.ofArray(new long[1])))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("Java heap, expected the cudaStream_t");
    assertThatThrownBy(() -> Tensor.wrap(stream, memory, DType.FLOAT32, 7))
        .isInstanceOf(ShapeMismatchException.class)
        .hasMessageContaining("32 bytes")
        .hasMessageContaining("exactly 28");
    assertThatThrownBy(() -> Tensor.wrap(stream, memory.asSlice(2, 16), DType.FLOAT32, 4))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("not a multiple of 4");
    assertThatThrownBy(
            () -> Tensor.wrap(stream, MemorySegment.ofArray(new float[4]), DType.FLOAT32, 4))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("heap");
    assertThatThrownBy(() -> Tensor.wrap(stream, MemorySegment.NULL, DType.FLOAT32, 4))
        .isInstanceOf(ShapeMismatchException.class);
    stream.close(); // nothing of the above is left on it
    assertThatThrownBy(() -> Tensor.wrap(stream, memory, DType.FLOAT32, 8))
        .isInstanceOf(StreamClosedException.class);
    assertThatThrownBy(stream::handle).isInstanceOf(StreamClosedException.class);
  }

  /** Two tensors on the same memory are seen to be that: ours know of no other owner. */
  @Test
  void overlapsAreSeenByTheirAddresses() {
    MemorySegment memory = allocate(8);
    try (Tensor whole = Tensor.wrap(stream, memory, DType.FLOAT32, 2, 4);
        Tensor second = Tensor.wrap(stream, memory.asSlice(16, 16), DType.FLOAT32, 4);
        Tensor row = whole.slice(0);
        Tensor own = Tensor.zeros(stream, DType.FLOAT32, 8);
        Tensor alias = Tensor.wrap(stream, sized(own), DType.FLOAT32, 8);
        Tensor host = Tensor.zeros(DType.FLOAT32, 8)) {
      assertThat(whole.overlaps(second)).isTrue();
      assertThat(row.overlaps(second)).isFalse();
      assertThat(alias.overlaps(own)).isTrue();
      assertThat(alias.overlaps(whole)).isFalse();
      assertThat(alias.overlaps(host)).isFalse();
      try (LongConvolution convolution =
              LongConvolution.create(stream.backend(), ConvolutionMode.CAUSAL, 1, 1, 8);
          Tensor kernel = own.reshape(1, 1, 8);
          KernelSpectrum spectrum = convolution.prepare(kernel);
          Tensor u = own.reshape(1, 1, 8);
          Tensor y = alias.reshape(1, 1, 8)) {
        assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.none(), y))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("overlaps");
      }
    }
  }

  @SuppressWarnings("restricted") // as a program does that wraps what has no size
  private static MemorySegment sized(Tensor tensor) {
    return tensor.deviceAddress().reinterpret(tensor.byteSize());
  }

  @Test
  @SuppressWarnings("restricted")
  void theSegmentsArenaAndRightsCount() {
    MemorySegment memory = allocate(4);
    Arena arena = Arena.ofShared();
    Tensor lent = Tensor.wrap(stream, memory.reinterpret(16, arena, null), DType.FLOAT32, 4);
    try (Tensor fixed = Tensor.wrap(stream, memory.asReadOnly(), DType.FLOAT32, 4);
        Tensor part = fixed.slice(0, 2);
        Tensor values = Tensor.zeros(stream, DType.FLOAT32, 4)) {
      lent.copyFrom(values);
      assertThat(lent.isReadOnly()).isFalse();
      assertThat(part.isReadOnly()).isTrue();
      assertThatThrownBy(() -> fixed.copyFrom(values))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("read-only");
    }
    arena.close();
    assertThat(lent.isClosed()).isTrue();
    assertThatThrownBy(lent::toHost)
        .isInstanceOf(TensorClosedException.class)
        .hasMessageContaining("arena is closed");
    lent.close();
  }

  @Test
  void aWrappedStreamIsRecorded() {
    MemorySegment memory = allocate(2);
    Tensor target = Tensor.wrap(stream, memory, DType.FLOAT32, 2);
    try (Tensor values = Tensor.of(stream.backend(), new float[] {7, 8}, 2);
        Recording recording = stream.record(() -> target.copyFrom(values))) {
      ForeignCuda.write(memory, 0, 0);
      assertThat(ForeignCuda.read(memory, 2, foreign)).containsExactly(0, 0);
      recording.replay();
      assertThat(ForeignCuda.read(memory, 2, foreign)).containsExactly(7, 8);
      assertThatThrownBy(() -> stream.record(() -> wrapAndClose(memory)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("wraps memory");
      target.close();
      assertThatThrownBy(recording::replay).hasMessageContaining("is closed");
    }
  }

  private void wrapAndClose(MemorySegment memory) {
    Tensor.wrap(stream, memory, DType.FLOAT32, 2).close();
  }

  @Test
  void theLegacyStreamComputesAndIsNotRecorded() {
    try (Stream legacy = device.wrapStream(MemorySegment.NULL)) {
      double expected = Pass.run(stream);
      assertThat(Pass.run(legacy)).isEqualTo(expected);
      assertThatThrownBy(() -> legacy.record(() -> {}))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("legacy default stream");
      assertThat(Pass.run(legacy)).as("after the refusal").isEqualTo(expected);
      assertThatThrownBy(() -> device.wrapStream(MemorySegment.NULL))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("has an open stream already");
    }
  }

  @Test
  void closingGivesTheWorkspaceBack() {
    long bytes = device.allocatedBytes();
    Pass.run(stream, BATCH, HIDDEN, 50_000); // a length that takes scratch memory
    assertThat(device.allocatedBytes()).as("the workspace").isGreaterThan(bytes);
    stream.close();
    stream.close(); // does nothing
    assertThat(stream.isClosed()).isTrue();
    assertThat(device.allocatedBytes()).isEqualTo(bytes);
    ForeignCuda.synchronize(foreign); // it is still there
    try (Stream again = device.wrapStream(foreign)) {
      assertThat(again.handle()).isEqualTo(foreign);
    }
  }
}
