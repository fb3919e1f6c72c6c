package org.sgconv.cli.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.InvalidFileException;

/** Broken, truncated and hostile files end in a typed exception that names what is wrong. */
class HostileWavTest {

  @TempDir Path folder;

  private void assertRejected(byte[] file, String... parts) throws IOException {
    Path path = Files.write(folder.resolve("bad.wav"), file);
    assertThatThrownBy(() -> WavReader.read(path, note -> {}))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("bad.wav")
        .hasMessageContainingAll(parts);
  }

  private static WavBytes mono16() {
    return new WavBytes().format(1, 1, 8000, 16);
  }

  @Test
  void rejectsWhatIsNoWav() throws IOException {
    assertRejected(new byte[0], "truncated", "12 bytes");
    assertRejected(
        "ID3 hello, I am an MP3".getBytes(StandardCharsets.US_ASCII),
        "not a WAV file",
        "ID3 hello");
    byte[] video = mono16().chunk("data", new byte[2]).build();
    System.arraycopy("AVI ".getBytes(StandardCharsets.US_ASCII), 0, video, 8, 4);
    assertRejected(video, "not a WAV file", "AVI ");
  }

  @Test
  void rejectsMissingAndMisplacedChunks() throws IOException {
    assertRejected(mono16().build(), "no data chunk");
    assertRejected(
        new WavBytes().chunk("data", new byte[2]).format(1, 1, 8000, 16).build(), "before any fmt");
    assertRejected(mono16().format(1, 1, 8000, 16).build(), "two fmt chunks");
    assertRejected(new WavBytes().chunk("fmt ", new byte[14]).build(), "14 bytes", "at least 16");
  }

  @Test
  void rejectsSizesThatLie() throws IOException {
    assertRejected(mono16().chunk("data", new byte[2], 1000).build(), "1000 bytes", "2 follow");
    assertRejected(
        mono16().chunk("LIST", new byte[2], -16).build(), "'LIST'", "4294967280 bytes", "2 follow");
    assertRejected(mono16().chunk("data", new byte[3]).build(), "3 bytes", "frames of 2 bytes");
    assertRejected(mono16().chunk("data", new byte[0]).build(), "empty");
    assertRejected(mono16().chunk("data", new byte[0], -1).build(-1), "empty");
  }

  @Test
  void rejectsFormatsItCannotRead() throws IOException {
    assertRejected(new WavBytes().format(2, 1, 8000, 4).build(), "Microsoft ADPCM", "PCM 16");
    assertRejected(new WavBytes().format(7, 1, 8000, 8).build(), "µ-law");
    assertRejected(new WavBytes().format(1, 1, 8000, 12).build(), "PCM", "12 bits");
    assertRejected(new WavBytes().format(1, 0, 8000, 16).build(), "0 channels");
    assertRejected(new WavBytes().format(1, 1, 0, 16).build(), "sample rate 0 Hz");
    assertRejected(new WavBytes().format(1, 1, -1, 16).build(), "sample rate 4294967295 Hz");
    byte[] lie = mono16().chunk("data", new byte[4]).build();
    lie[32] = 3;
    assertRejected(lie, "claims 3 bytes", "expected 2");
  }

  @Test
  void rejectsUnknownExtensibleFormats() throws IOException {
    byte[] file = new WavBytes().extensible(1, 1, 8000, 16).chunk("data", new byte[2]).build();
    file[12 + 8 + 30] ^= 1;
    assertRejected(file, "GUID");
    byte[] cut = new WavBytes().format(0xFFFE, 1, 8000, 16).chunk("data", new byte[2]).build();
    assertRejected(cut, "EXTENSIBLE", "16 bytes", "expected 40");
  }

  @Test
  void namesTheFirstValueThatIsNotFinite() throws IOException {
    ByteBuffer data = WavBytes.littleEndian(24);
    data.putFloat(0).putFloat(0).putFloat(0).putFloat(Float.NaN).putFloat(0).putFloat(0);
    byte[] file = new WavBytes().format(3, 2, 10, 32).chunk("data", WavBytes.bytes(data)).build();
    assertRejected(file, "sample 1 of channel 1 (at 0.100 s) is NaN");
  }

  /** Any mutation either reads as some sound or is rejected; nothing else may happen. */
  @Test
  void survivesMutatedFiles() throws IOException {
    long seed = Long.getLong("sgconv.test.seed", 20250117L);
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] sources = {
      mono16().chunk("LIST", new byte[5]).chunk("data", new byte[64]).build(),
      new WavBytes().extensible(1, 2, 48000, 24).chunk("data", new byte[60]).build(),
      new WavBytes().format(3, 1, 44100, 32).chunk("data", new byte[40], -1).build(-1),
    };
    int read = 0;
    int rejected = 0;
    Path path = folder.resolve("fuzz.wav");
    for (int round = 0; round < 6000; round++) {
      byte[] mutated = mutate(sources[round % sources.length], random);
      Files.write(path, mutated);
      try {
        Sound sound = WavReader.read(path, note -> {});
        assertThat((long) sound.channelCount() * sound.frameCount())
            .as("seed %d round %d: samples out of nothing", seed, round)
            .isBetween(1L, (long) mutated.length);
        read++;
      } catch (InvalidFileException expected) {
        rejected++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + " round " + round, e);
      }
    }
    assertThat(read).as("mutations that still read").isGreaterThan(500);
    assertThat(rejected).as("mutations that were rejected").isGreaterThan(500);
  }

  private static byte[] mutate(byte[] source, SplittableRandom random) {
    byte[] mutated = source.clone();
    int[] nasty = {0, 1, 0x7F, 0x80, 0xFF};
    for (int edits = random.nextInt(1, 5); edits > 0; edits--) {
      // Headers are where lies hurt: most edits fall into the first 64 bytes.
      int limit = random.nextInt(4) == 0 ? mutated.length : Math.min(64, mutated.length);
      int at = random.nextInt(limit);
      switch (random.nextInt(3)) {
        case 0 -> mutated[at] = (byte) nasty[random.nextInt(nasty.length)];
        case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
        default -> {
          if (random.nextInt(4) == 0) {
            mutated = Arrays.copyOf(mutated, random.nextInt(1, mutated.length + 1));
          }
        }
      }
    }
    return mutated;
  }
}
