package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.MemoryFaultException;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.spi.TensorCheck;

/** Files that become shorter while a tensor wraps them: what Java code does then. */
@Timeout(120)
class MappedFileTest {

  private static final int COUNT = 1 << 16;
  private static final int KEPT_BYTES = 4096;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("signal.f32");
  }

  @Test
  void everyUseOfATruncatedFileIsTypedAndLeaksNothing() throws IOException {
    Map<String, Consumer<Tensor>> uses =
        Map.ofEntries(
            Map.entry("to another type", t -> t.to(DType.FLOAT64).close()),
            Map.entry("to bfloat16", t -> t.to(DType.BFLOAT16).close()),
            Map.entry("copy", t -> t.copy().close()),
            Map.entry("toHost", t -> t.toHost().close()),
            Map.entry("copyTo", t -> t.copyTo(Backends.reference()).close()),
            Map.entry("toFloatArray", Tensor::toFloatArray),
            Map.entry("toDoubleArray", Tensor::toDoubleArray),
            Map.entry("getFlat", t -> t.getFlat(COUNT - 1)),
            Map.entry("get", t -> t.get(COUNT - 1)),
            Map.entry("setFlat", t -> t.setFlat(COUNT - 1, 1)),
            Map.entry("set", t -> t.set(1, COUNT - 1)),
            Map.entry("fill", t -> t.fill(1)),
            Map.entry("copyFrom floats", t -> t.copyFrom(new float[COUNT])),
            Map.entry("copyFrom", MappedFileTest::copyZeros),
            Map.entry("copyFrom into ordinary memory", MappedFileTest::copyOut),
            Map.entry("requireFinite", t -> TensorCheck.finite("u", t)),
            Map.entry(
                "a view",
                t -> {
                  try (Tensor view = t.slice(COUNT / 2, COUNT)) {
                    view.getFlat(0);
                  }
                }));
    uses.forEach((name, use) -> truncated(tensor -> assertFault(name, tensor, use)));
  }

  /** Compiled code reports the fault later than the access: no use may let that escape. */
  @Test
  void staysTypedOnceTheCodeIsCompiled() {
    double sum = 0;
    for (int round = 0; round < 40; round++) {
      try (Arena arena = Arena.ofShared();
          FileChannel channel = create()) {
        Tensor tensor = wrap(channel, arena);
        for (int i = 0; i < COUNT; i += 16) {
          sum += tensor.getFlat(i);
        }
        channel.truncate(KEPT_BYTES);
        assertFault(
            "getFlat in a loop",
            tensor,
            t -> {
              for (int i = 0; i < COUNT; i++) {
                t.getFlat(i);
              }
            });
        assertFault("to", tensor, t -> t.to(DType.FLOAT64).close());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    assertThat(sum).isEqualTo(40.0 * COUNT / 16);
  }

  @Test
  void aFloatBufferOfAMappingIsNoExceptionToThat() throws IOException {
    try (FileChannel channel = create()) {
      var buffer =
          channel
              .map(FileChannel.MapMode.READ_WRITE, 0, 4L * COUNT)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      Tensor tensor = Tensor.wrap(buffer, COUNT);
      channel.truncate(KEPT_BYTES);
      assertFault("getFlat", tensor, t -> t.getFlat(COUNT - 1));
    }
  }

  @Test
  void theReferenceBackendSaysTheSame() {
    truncated(
        tensor -> {
          try (LongConvolution convolution =
                  LongConvolution.create(
                      Backends.reference(), ConvolutionMode.CAUSAL, 1, 4, COUNT / 4);
              Tensor kernel = Tensor.zeros(DType.FLOAT32, 1, 4, COUNT / 4);
              Tensor y = Tensor.zeros(DType.FLOAT32, 1, 4, COUNT / 4);
              KernelSpectrum spectrum = convolution.prepare(kernel);
              Tensor u = tensor.reshape(1, 4, COUNT / 4)) {
            assertFault(
                "forward",
                u,
                t -> convolution.forward(spectrum, t, org.sgconv.conv.Gates.none(), y));
            assertFault("forward", u, t -> convolution.forward(spectrum, t).close());
            assertFault("prepare", u, t -> convolution.prepare(t).close());
          }
        });
  }

  @Test
  void anotherInternalErrorStaysWhatItIs() {
    InternalError other = new InternalError("something else");
    assertThatThrownBy(
            () ->
                MemoryFaults.run(
                    "x",
                    () -> {
                      throw other;
                    }))
        .isSameAs(other);
  }

  private static void copyZeros(Tensor target) {
    try (Tensor zeros = Tensor.zeros(DType.FLOAT32, COUNT)) {
      target.copyFrom(zeros);
    }
  }

  private static void copyOut(Tensor source) {
    try (Tensor zeros = Tensor.zeros(DType.FLOAT32, COUNT)) {
      zeros.copyFrom(source);
    }
  }

  private static void assertFault(String name, Tensor tensor, Consumer<Tensor> use) {
    long open = Tensor.openCount();
    long held = HostMemory.heldBytes();
    assertThatThrownBy(() -> use.accept(tensor))
        .as(name)
        .isInstanceOf(MemoryFaultException.class)
        .hasMessageStartingWith("the memory of ")
        .hasMessageContaining("the mapped file behind it has become shorter")
        .hasCauseInstanceOf(InternalError.class);
    assertThat(List.of(Tensor.openCount(), HostMemory.heldBytes()))
        .as("open tensors and bytes after %s", name)
        .isEqualTo(List.of(open, held));
  }

  private void truncated(Consumer<Tensor> test) {
    try (Arena arena = Arena.ofShared();
        FileChannel channel = create()) {
      Tensor tensor = wrap(channel, arena);
      channel.truncate(KEPT_BYTES);
      test.accept(tensor);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A file of ones. */
  private FileChannel create() throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    try (Tensor ones = Tensor.zeros(DType.FLOAT32, COUNT)) {
      ones.fill(1);
      channel.write(ones.segment().asByteBuffer());
    }
    return channel;
  }

  private static Tensor wrap(FileChannel channel, Arena arena) throws IOException {
    MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4L * COUNT, arena);
    return Tensor.wrap(mapped, DType.FLOAT32, COUNT);
  }
}
