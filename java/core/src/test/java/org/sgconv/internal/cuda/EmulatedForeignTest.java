package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.CudaAllocation;
import org.sgconv.bindings.CudaDevice;
import org.sgconv.bindings.CudaErrorException;
import org.sgconv.bindings.CudaRuntime;
import org.sgconv.bindings.CudaStream;
import org.sgconv.bindings.PageLockedMemory;
import org.sgconv.bindings.UseAfterCloseException;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceLostException;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The bindings' streams and memory that somebody else owns, on two devices. */
@OnEmulatedDevice
class EmulatedForeignTest {

  private CudaDevice first;
  private CudaDevice second;
  private MemorySegment foreign;
  private String before;

  @BeforeEach
  void open() {
    first = CudaRuntime.open().devices().getFirst();
    second = CudaRuntime.open().devices().getLast();
    before = inventory();
    foreign = ForeignCuda.createStream(0);
  }

  @AfterEach
  void nothingLeaks() {
    if (foreign != null) { // otherwise the test was skipped
      ForeignCuda.destroyStream(foreign);
      assertThat(inventory()).isEqualTo(before);
    }
  }

  /** Without what earlier work, of other tests too, has yet to free. */
  private static String inventory() {
    ForeignCuda.synchronizeDevice(0);
    ForeignCuda.synchronizeDevice(1);
    return EmulatedMachine.inventory();
  }

  @Test
  void workGoesToTheForeignStream() {
    MemorySegment memory = ForeignCuda.allocate(0, 12);
    ForeignCuda.write(memory, 1, 2, 3);
    try (CudaStream stream = first.wrapStream(foreign)) {
      assertThat(stream.address()).isEqualTo(foreign);
      CudaAllocation wrapped = stream.wrap(memory.address(), 12);
      assertThat(wrapped.isForeign()).isTrue();
      assertThat(wrapped.address()).isEqualTo(memory.address());
      stream.zero(wrapped.span(4, 4)); // not waited for: only this stream can order it
      assertThat(ForeignCuda.read(memory, 3, foreign)).containsExactly(1, 0, 3);
      stream.free(wrapped);
    }
    ForeignCuda.free(memory);
  }

  @Test
  void closingEndsTheUseAlone() {
    CudaStream stream = first.wrapStream(foreign);
    MemorySegment memory = ForeignCuda.allocate(0, 4);
    CudaAllocation wrapped = stream.wrap(memory.address(), 4);
    try (Arena arena = Arena.ofConfined()) {
      stream.download(wrapped.all(), arena.allocate(4)); // through memory that closing gives back
    }
    long frees = EmulatedMachine.count("free");
    stream.free(wrapped);
    assertThat(EmulatedMachine.count("free")).isEqualTo(frees);
    assertThatThrownBy(() -> stream.zero(wrapped.all())).isInstanceOf(UseAfterCloseException.class);
    assertThatThrownBy(() -> stream.free(wrapped)).isInstanceOf(UseAfterCloseException.class);
    stream.close();
    stream.close(); // does nothing
    assertThat(stream.isClosed()).isTrue();
    assertThat(stream.address()).isEqualTo(MemorySegment.NULL);
    assertThatThrownBy(stream::synchronize).isInstanceOf(UseAfterCloseException.class);
    assertThatThrownBy(() -> stream.wrap(memory.address(), 4))
        .isInstanceOf(UseAfterCloseException.class);
    ForeignCuda.synchronize(foreign); // it is there
    ForeignCuda.free(memory); // and so is this
  }

  @Test
  void streamsOfOtherDevicesAndOfNoneAreRefused() {
    assertThatThrownBy(() -> second.wrapStream(foreign))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0x%x is no stream of CUDA device 1", foreign.address())
        .hasCauseInstanceOf(CudaErrorException.class);
    MemorySegment destroyed = ForeignCuda.createStream(0);
    ForeignCuda.destroyStream(destroyed);
    assertThatThrownBy(() -> first.wrapStream(destroyed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no stream");
    assertThatThrownBy(() -> first.wrapStream(MemorySegment.ofAddress(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cudaStreamPerThread");
  }

  @Test
  void aHandleHasOneStreamAtATime() {
    try (CudaStream stream = first.wrapStream(foreign);
        CudaStream own = first.createStream()) {
      for (CudaStream each : new CudaStream[] {stream, own}) {
        assertThatThrownBy(() -> first.wrapStream(each.address()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("0x%x has an open stream already", each.address().address());
      }
    }
    first.wrapStream(foreign).close();
  }

  @Test
  void aStreamInACaptureIsRefused() {
    ForeignCuda.beginCapture(foreign);
    assertThatThrownBy(() -> first.wrapStream(foreign))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is being captured");
    ForeignCuda.endCapture(foreign); // it is as it was
    first.wrapStream(foreign).close();
  }

  /** NULL would be "closed"; CUDA has a name for the same stream. */
  @Test
  void theLegacyStreamIsOneOfItsDevice() {
    MemorySegment memory = ForeignCuda.allocate(1, 8);
    try (CudaStream stream = second.wrapStream(MemorySegment.NULL)) {
      assertThat(stream.address()).isEqualTo(MemorySegment.ofAddress(1));
      CudaAllocation wrapped = stream.wrap(memory.address(), 8);
      stream.zero(wrapped.all());
      assertThat(ForeignCuda.read(memory, 2, MemorySegment.NULL)).containsExactly(0, 0);
      assertThatThrownBy(() -> stream.capture(() -> stream.zero(wrapped.all())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("legacy default stream");
      stream.zero(wrapped.all());
      stream.free(wrapped);
    }
    ForeignCuda.free(memory);
  }

  @Test
  void otherMemoryIsRefused() {
    MemorySegment here = ForeignCuda.allocate(0, 100);
    MemorySegment there = ForeignCuda.allocate(1, 100);
    PageLockedMemory pinned = first.allocatePinned(100);
    try (CudaStream stream = first.wrapStream(foreign);
        Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> stream.wrap(there.address(), 100))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "address 0x%x is memory of CUDA device 1, expected memory of CUDA device 0",
              there.address());
      assertThatThrownBy(() -> stream.wrap(pinned.segment().address(), 100))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("page-locked memory of the host");
      assertThatThrownBy(() -> stream.wrap(arena.allocate(100).address(), 100))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("memory of the host, or of no allocation");
      assertThatThrownBy(() -> stream.wrap(0, 100)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> stream.wrap(here.address() + 1, 100)) // one byte too many
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0x%x", here.address() + 100);
      stream.free(stream.wrap(here.address() + 1, 99));
    }
    pinned.free();
    ForeignCuda.free(here);
    ForeignCuda.free(there);
  }

  /** Memory that its owner has freed too early. */
  @Test
  void useAfterTheOwnerFreedIsNoticed() {
    Device device = Device.all(Backends.named("cuda")).getFirst();
    MemorySegment memory = ForeignCuda.allocate(0, 16);
    MemorySegment there = ForeignCuda.allocate(1, 16);
    Stream stream = device.wrapStream(foreign);
    Tensor values = Tensor.zeros(stream, DType.FLOAT32, 4);
    Tensor tensor = Tensor.wrap(stream, memory, DType.FLOAT32, 4);
    assertThatThrownBy(() -> Tensor.wrap(stream, there, DType.FLOAT32, 4))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("is memory of CUDA device 1, expected memory of CUDA device 0");
    try (LongConvolution convolution =
            LongConvolution.create(stream.backend(), ConvolutionMode.CAUSAL, 1, 1, 4);
        Tensor kernel = values.reshape(1, 1, 4);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = tensor.reshape(1, 1, 4);
        Tensor y = Tensor.zeros(stream, DType.FLOAT32, 1, 1, 4)) {
      stream.synchronize();
      ForeignCuda.free(memory);
      convolution.forward(spectrum, u, Gates.none(), y);
      assertThatThrownBy(stream::synchronize).isInstanceOf(DeviceLostException.class);
      EmulatedMachine.reset();
    }
    Tensor.closeAll(tensor, values);
    stream.close();
    ForeignCuda.free(there);
  }
}
