package org.sgconv.cli.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.InvalidFileException;

/** Sizes that are left open, sizes of 64 bits, pad bytes that are missing, and honest sizes. */
class OpenWavTest {

  /** Two frames of 16 bits: 0.5 and -0.5. */
  private static final byte[] FRAMES = {0x00, 0x40, 0x00, (byte) 0xC0};

  @TempDir Path folder;

  private final List<String> notes = new ArrayList<>();

  private Sound read(byte[] file) throws IOException {
    return WavReader.read(Files.write(folder.resolve("x.wav"), file), notes::add);
  }

  private void assertRejected(byte[] file, String... parts) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("x.wav")
        .hasMessageContainingAll(parts);
  }

  private static WavBytes mono16() {
    return new WavBytes().format(1, 1, 8000, 16);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "piper and Python's wave, 36, 0",
    "arecord, 0x80000024, 0x80000000",
    "arecord --max-file-time, 0x7FFFFFFF, 0x7FFFFFDB",
    "sox and espeak-ng, 0x7FFFF024, 0x7FFFF000",
    "ffmpeg, 0xFFFFFFFF, 0xFFFFFFFF",
    "ffmpeg with the header taken off, 0xFFFFFFFF, 0xFFFFFFDB",
    "a recorder that was stopped, 0, 0",
    "a web service, 0, 0xFFFFFFFF",
    "a web service, 0x7FFFFFFF, 0x7FFFFFFF",
  })
  void anOpenSizeIsReadToTheEndWithANote(String program, long riff, long data) throws IOException {
    byte[] file = mono16().chunk("data", FRAMES, (int) data).build((int) riff);
    assertThat(read(file).channel(0)).as(program).containsExactly(0.5f, -0.5f);
    assertThat(notes).hasSize(1);
    assertThat(notes.getFirst())
        .contains("x.wav", "left open (" + data + ")", "2 frames")
        .doesNotContain("dropped");
  }

  @Test
  void theCutFrameOfAnOpenStreamIsDroppedWithANote() throws IOException {
    byte[] file = mono16().chunk("data", FRAMES, 0).bare((byte) 7).build(36);
    assertThat(read(file).channel(0)).containsExactly(0.5f, -0.5f);
    assertThat(notes.getFirst()).contains("1 of 2 bytes", "dropped");
    assertRejected(
        mono16().chunk("data", new byte[0], 0).bare((byte) 7).build(36),
        "data chunk is empty",
        "no whole frame");
    assertRejected(mono16().chunk("data", new byte[0], -1).bare((byte) 7).build(-1), "4294967295");
  }

  @Test
  void anHonestEmptyFileIsEmpty() {
    assertRejected(mono16().chunk("data", new byte[0]).build(), "data chunk is empty");
    assertRejected(mono16().chunk("data", new byte[0], 0).build(0), "data chunk is empty");
    assertThat(notes).isEmpty();
  }

  @Test
  void chunksAfterTheSamplesAreNoFrames() throws IOException {
    assertRejected(
        mono16()
            .chunk("data", new byte[0])
            .chunk("LIST", new byte[10])
            .chunk("id3 ", new byte[3])
            .build(),
        "data chunk is empty");
    byte[] file = mono16().chunk("data", FRAMES).chunk("LIST", new byte[5]).build();
    assertThat(read(file).frameCount()).isEqualTo(2);
    byte[] odd =
        new WavBytes()
            .format(1, 1, 8000, 8)
            .chunk("data", new byte[3])
            .chunk("LIST", FRAMES)
            .build();
    assertThat(read(odd).frameCount()).isEqualTo(3);
    assertThat(notes).isEmpty();
  }

  @Test
  void aClosedStreamThatIsCutSaysHowManyBytesAreMissing() {
    assertRejected(
        mono16().chunk("data", FRAMES, 1000).build(1036),
        "1000 bytes",
        "4 follow",
        "996 are missing");
    // Larger than any sound of 31 bits, and no placeholder either.
    assertRejected(mono16().chunk("data", FRAMES, (int) 3_000_000_000L).build(), "2999999996");
  }

  @Test
  void whatBelongsToNoChunkIsNotReadWithoutAWord() throws IOException {
    byte[] file = mono16().chunk("data", FRAMES).bare(new byte[] {1, 2, 3}).build();
    assertThat(read(file).frameCount()).isEqualTo(2);
    assertThat(notes.getFirst()).contains("3 bytes after the data chunk");
  }

  @Test
  void aSecondDataChunkIsNotPassedOverWithoutAWord() throws IOException {
    byte[] file =
        mono16()
            .chunk("data", FRAMES)
            .chunk("LIST", new byte[4])
            .chunk("data", FRAMES)
            .chunk("data", FRAMES)
            .build();
    assertThat(read(file).frameCount()).isEqualTo(2);
    assertThat(notes).hasSize(1);
    assertThat(notes.getFirst()).contains("more than one data chunk", "the one at byte 60 was not");
  }

  /**
   * The header that Python's wave writes with the first block says how long that is, and a pipe
   * cannot be gone back in: further blocks follow what looks like a whole file.
   */
  @Test
  void laterBlocksOfAPipeAreCountedAndNotMixedUpWithSamples() throws IOException {
    byte[] file = mono16().chunk("data", FRAMES).bare(FRAMES).bare(FRAMES).build(36 + 4);
    assertThat(read(file).channel(0)).containsExactly(0.5f, -0.5f);
    assertThat(notes).hasSize(1);
    assertThat(notes.getFirst())
        .contains("x.wav", "read 4 bytes of samples", "8 bytes after the data chunk")
        .contains("Python's wave", "ffmpeg -ignore_length 1");
  }

  @ParameterizedTest
  @CsvSource({"RF64", "BW64"})
  void smallFilesOf64BitSizesAreRead(String magic) throws IOException {
    byte[] file =
        new WavBytes()
            .sizes(1, 4)
            .format(1, 1, 8000, 16)
            .chunk("data", FRAMES, -1)
            .chunk("LIST", new byte[4])
            .build(magic, -1);
    assertThat(read(file).channel(0)).containsExactly(0.5f, -0.5f);
    byte[] plain =
        new WavBytes().sizes(1, 4).format(1, 1, 8000, 16).chunk("data", FRAMES).build(magic, -1);
    assertThat(read(plain).channel(0)).containsExactly(0.5f, -0.5f);
    assertThat(notes).isEmpty();
  }

  @Test
  void sizesOf64BitsMayBeLeftOpenOrLieToo() throws IOException {
    for (long open : new long[] {0, -1, Long.MAX_VALUE}) {
      notes.clear();
      byte[] file =
          new WavBytes()
              .sizes(0, open)
              .format(1, 1, 8000, 16)
              .chunk("data", FRAMES, -1)
              .build("RF64", -1);
      assertThat(read(file).channel(0)).as("%d", open).containsExactly(0.5f, -0.5f);
      assertThat(notes.getFirst()).contains(Long.toUnsignedString(open));
    }
    byte[] cut =
        new WavBytes()
            .sizes(0, 6_000_000_000L)
            .format(1, 1, 8000, 16)
            .chunk("data", FRAMES, -1)
            .build("RF64", -1);
    assertRejected(cut, "claims 6000000000 bytes", "5999999996 are missing");
    byte[] negative =
        new WavBytes()
            .sizes(0, -6_000_000_000L)
            .format(1, 1, 8000, 16)
            .chunk("data", FRAMES, -1)
            .build("RF64", -1);
    assertRejected(negative, "claims 18446744067709551616 bytes");
    assertRejected(new WavBytes().chunk("ds64", new byte[8]).build("RF64", -1), "ds64", "8 bytes");
  }

  @Test
  void aMissingPadByteIsNamedAndReadWhereTheNextChunkLeavesNoDoubt() throws IOException {
    byte[] next = new byte[] {'b', 'e', 'x', 't', 3, 0, 0, 0, 'a', 'b', 'c'};
    byte[] file = new WavBytes().bare(next).format(1, 1, 8000, 16).chunk("data", FRAMES).build();
    assertThat(read(file).channel(0)).containsExactly(0.5f, -0.5f);
    assertThat(notes).hasSize(1);
    assertThat(notes.getFirst()).contains("pad byte is missing at byte 23", "'fmt '");
    byte[] unknown =
        new WavBytes()
            .bare(next)
            .bare("what".getBytes(StandardCharsets.US_ASCII))
            .bare(new byte[] {0, 0, 0, 0})
            .build();
    assertRejected(unknown, "pad byte may be missing");
  }

  @Test
  void ofManyMissingPadBytesOnlyTheFirstIsNamed() throws IOException {
    WavBytes file = new WavBytes();
    for (int i = 0; i < 1000; i++) {
      file.bare("LIST".getBytes(StandardCharsets.US_ASCII)).bare(new byte[] {1, 0, 0, 0, 'x'});
    }
    byte[] bytes = file.format(1, 1, 8000, 16).chunk("data", FRAMES).build();
    assertThat(read(bytes).frameCount()).isEqualTo(2);
    assertThat(notes).hasSize(2);
    assertThat(notes.getFirst()).contains("pad byte is missing at byte 21");
    assertThat(notes.getLast()).contains("999 more pad bytes are missing");
  }

  /** Each may be looked up in a table that is as long as the file. */
  @Test
  void aTableOfSizesIsReadOnceAndIsNotEndless() throws IOException {
    int chunks = 1 << 20;
    ByteBuffer empty = WavBytes.littleEndian(8 * chunks);
    for (int i = 0; i < chunks; i++) {
      empty.put("axml".getBytes(StandardCharsets.US_ASCII)).putInt(-1);
    }
    for (int entries : new int[] {4096, 4097}) {
      ByteBuffer table = WavBytes.littleEndian(28 + 12 * entries);
      table.putLong(0).putLong(FRAMES.length).putLong(0).putInt(entries);
      for (int i = 1; i <= entries; i++) {
        boolean last = i == entries;
        table.put((last ? "axml" : "none").getBytes(StandardCharsets.US_ASCII)).putLong(0);
      }
      byte[] file =
          new WavBytes()
              .chunk("ds64", WavBytes.bytes(table))
              .bare(WavBytes.bytes(empty))
              .format(1, 1, 8000, 16)
              .chunk("data", FRAMES, -1)
              .build("RF64", -1);
      if (entries == 4096) {
        long start = System.nanoTime();
        assertThat(read(file).frameCount()).isEqualTo(2);
        assertThat((System.nanoTime() - start) * 1e-9).as("seconds").isLessThan(1);
      } else {
        assertRejected(file, "the ds64 chunk has 4097 sizes, expected at most 4096");
      }
    }
  }

  /** A buffer is what makes this quick; a call of the system for each chunk takes seconds. */
  @Test
  void sixteenMegabytesOfEmptyChunksTakeNoTime() throws IOException {
    int chunks = 2 << 20;
    ByteBuffer empty = WavBytes.littleEndian(8 * chunks);
    for (int i = 0; i < chunks; i++) {
      empty.put("none".getBytes(StandardCharsets.US_ASCII)).putInt(0);
    }
    byte[] before =
        new WavBytes()
            .bare(WavBytes.bytes(empty))
            .format(1, 1, 8000, 16)
            .chunk("data", FRAMES)
            .build();
    byte[] after = mono16().chunk("data", FRAMES).bare(WavBytes.bytes(empty)).build();
    for (byte[] file : List.of(before, after)) {
      Path path = Files.write(folder.resolve("many.wav"), file);
      long start = System.nanoTime();
      assertThat(WavReader.read(path, notes::add).frameCount()).isEqualTo(2);
      // A tenth of it once compiled; the bound is for machines that are busy.
      assertThat((System.nanoTime() - start) * 1e-9).as("seconds").isLessThan(1);
    }
    assertThat(notes).isEmpty();
  }
}
