package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.SgConvException;
import org.sgconv.TypeMismatchException;
import org.sgconv.contract.Seed;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Memory and files of samples that are not what they should be, or not everybody's. */
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class SampleMemoryTest {

  private static final Backend BACKEND = Backends.cpu(4);

  private final Random random = Seed.random(getClass());

  @TempDir private Path folder;

  private float[] noise(int count) {
    return ExactSums.floats(ExactSums.noise(random, count));
  }

  /** So long that several threads would copy it. */
  @Test
  void memoryOfOneThreadStaysThere() {
    float[] signal = noise(600_000);
    try (Arena arena = Arena.ofConfined();
        Convolver convolver = Convolver.of(BACKEND, noise(300))) {
      MemorySegment from = arena.allocate(4L * signal.length, 64);
      from.copyFrom(MemorySegment.ofArray(signal));
      MemorySegment to = arena.allocate(4L * signal.length, 64);
      try (Tensor signals = Tensor.wrap(from, DType.FLOAT32, signal.length);
          Tensor into = Tensor.wrap(to, DType.FLOAT32, signal.length)) {
        convolver.apply(signals, Extent.SAME, into);
        assertThat(into.toFloatArray()).isEqualTo(convolver.apply(signal, Extent.SAME));
      }
    }
  }

  private static SampleSource source(DType type) {
    return new SampleSource() {
      @Override
      public long length() {
        return 100;
      }

      @Override
      public DType type() {
        return type;
      }

      @Override
      public void read(long from, List<MemorySegment> rows) {
        rows.forEach(row -> row.fill((byte) 0));
      }
    };
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void samplesOf16BitsAreRefused(DType type) throws IOException {
    Path file = folder.resolve("samples");
    Files.write(file, new byte[400]);
    MemorySegment memory = MemorySegment.ofArray(new float[9]);
    try (NormalizedCorrelator correlator =
        NormalizedCorrelator.of(BACKEND, noise(9), Mean.REMOVED)) {
      assertThatThrownBy(
              () -> correlator.apply(source(type), (at, rows) -> {}, ProgressListener.NONE))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining(type + ", expected FLOAT32 or FLOAT64");
      assertThatThrownBy(
              () -> correlator.apply(file, type, folder.resolve("scores"), ProgressListener.NONE))
          .isInstanceOf(TypeMismatchException.class);
    }
    assertThatThrownBy(() -> SampleFile.open(file, type)).isInstanceOf(TypeMismatchException.class);
    assertThatThrownBy(() -> SampleSource.of(memory, type))
        .isInstanceOf(TypeMismatchException.class);
    assertThatThrownBy(() -> SampleSink.of(memory, type)).isInstanceOf(TypeMismatchException.class);
  }

  private static void assertRefused(
      SampleSource source, SampleSink sink, Class<? extends SgConvException> as, String why) {
    try (Convolver convolver = Convolver.of(BACKEND, new float[] {1, 2, 3});
        Tensor template = Tensor.of(new float[] {1, 2, 3}, 3);
        Correlator correlator = Correlator.of(BACKEND, template)) {
      assertThatThrownBy(() -> convolver.apply(source, sink, Extent.SAME, ProgressListener.NONE))
          .isInstanceOf(as)
          .hasMessageContaining(why);
      assertThatThrownBy(() -> correlator.apply(source, sink, Extent.SAME, ProgressListener.NONE))
          .isInstanceOf(as)
          .hasMessageContaining(why);
    }
  }

  @Test
  void memoryThatCannotBeUsed() {
    SampleSource zeros = SampleSource.of(MemorySegment.ofArray(new float[9]), DType.FLOAT32);
    SampleSink ready = SampleSink.of(MemorySegment.ofArray(new float[9]), DType.FLOAT32);
    MemorySegment fixed = MemorySegment.ofArray(new float[9]).asReadOnly();
    assertThat(SampleSource.of(fixed, DType.FLOAT32).length()).isEqualTo(9);
    assertThatThrownBy(() -> SampleSink.of(fixed, DType.FLOAT32))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("read-only");
    MemorySegment gone;
    try (Arena arena = Arena.ofShared()) {
      gone = arena.allocate(36, 4);
    }
    assertRefused(SampleSource.of(gone, DType.FLOAT32), ready, ClosedException.class, "arena");
    assertRefused(zeros, SampleSink.of(gone, DType.FLOAT32), ClosedException.class, "arena");
    try (Arena arena = Arena.ofConfined()) {
      SampleSink mine = SampleSink.of(arena.allocate(36, 4), DType.FLOAT32);
      CompletableFuture.runAsync(
              () -> assertRefused(zeros, mine, InvalidArgumentException.class, "another thread"))
          .join();
    }
  }

  /** In its place, or before it, but not over what is still to be read. */
  @Test
  void resultsDoNotReplaceWhatIsStillToBeRead() throws IOException {
    int count = 5 * (int) Segmentation.BLOCK / 2;
    float[] memory = noise(count + 2);
    MemorySegment all = MemorySegment.ofArray(memory);
    MemorySegment first = all.asSlice(0, 4L * count);
    MemorySegment last = all.asSlice(8, 4L * count);
    assertRefused(
        SampleSource.of(first, DType.FLOAT32),
        SampleSink.of(last, DType.FLOAT32),
        InvalidArgumentException.class,
        "within the source's");
    try (Convolver convolver = Convolver.of(BACKEND, noise(300))) {
      for (MemorySegment to : List.of(last, first)) {
        float[] signal = last.toArray(ValueLayout.JAVA_FLOAT);
        float[] expected = convolver.apply(signal, Extent.SAME);
        convolver.apply(
            SampleSource.of(last, DType.FLOAT32),
            SampleSink.of(to, DType.FLOAT32),
            Extent.SAME,
            ProgressListener.NONE);
        assertThat(to.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
      }
    }
  }

  @Test
  void scoresDoNotReplaceWhatIsStillToBeRead() throws IOException {
    int count = 3_000_000;
    MemorySegment all = MemorySegment.ofArray(noise(count));
    float[] template = noise(50);
    MemorySegment from = all.asSlice(0, 4L * (count - 500));
    long bytes = from.byteSize() - 4L * (template.length - 1);
    try (NormalizedCorrelator correlator =
        NormalizedCorrelator.of(BACKEND, template, Mean.REMOVED)) {
      assertThatThrownBy(
              () ->
                  correlator.apply(
                      SampleSource.of(from, DType.FLOAT32),
                      SampleSink.of(all.asSlice(2000, bytes), DType.FLOAT32),
                      ProgressListener.NONE))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("within the source's");
      float[] expected = correlator.apply(from.toArray(ValueLayout.JAVA_FLOAT));
      MemorySegment inPlace = all.asSlice(0, bytes);
      correlator.apply(
          SampleSource.of(from, DType.FLOAT32),
          SampleSink.of(inPlace, DType.FLOAT32),
          ProgressListener.NONE);
      assertThat(inPlace.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
    }
  }

  @Test
  void filesWithinArchives() throws IOException {
    Path archive = folder.resolve("archive.zip");
    try (FileSystem within = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      Path file = within.getPath("samples");
      Files.write(file, new byte[8]);
      assertThatThrownBy(() -> SampleFile.open(file, DType.FLOAT32))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("copy it out");
    }
  }
}
