package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.InvalidFileException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Mutated files: read soundly or refused with {@link InvalidFileException}, nothing else. */
class SafetensorsFuzzTest {

  private static final int ROUNDS = 2000;
  private static final Pattern NUMBERS = Pattern.compile("[0-9]+");
  private static final Pattern STRINGS = Pattern.compile("\"[A-Za-z0-9_.]*\"");
  private static final List<String> NASTY_NUMBERS =
      List.of(
          "-1",
          "0",
          "1",
          "2",
          "7",
          "255",
          "65536",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999",
          "1.5",
          "1e3",
          "1e999",
          "-0",
          "null",
          "[]",
          "{}",
          "\"3\"",
          "[1,2]",
          "");
  private static final List<String> NASTY_STRINGS =
      List.of(
          "\"\"",
          "\"F64\"",
          "\"BOOL\"",
          "\"dtype\"",
          "\"shape\"",
          "\"__metadata__\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"a\"",
          "1",
          "null",
          "{}",
          "[\"dtype\"]",
          "\"data_offsets\"");

  @TempDir Path folder;

  private final long seed = Long.getLong("sgconv.test.seed", 1);
  private final Random random = new Random(seed);
  private byte[] sound;
  private int refused;
  private int accepted;

  @BeforeEach
  void makeSoundFile() throws IOException {
    Path path = folder.resolve("sound");
    try (Tensor a = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 1, 2, 3);
        Tensor b = Tensor.of(new float[] {1, 2, 3, 4}, 4);
        Tensor c = Tensor.of(new float[] {9}, new long[0])) {
      Safetensors.writer()
          .add("kernel_list.0", a)
          .add("D", b)
          .add("multiplier", c)
          .add("kernel_norm_initialized", true)
          .metadata("format", "pt")
          .metadata("sgconv", "{\"d_model\": 4}")
          .write(path);
    }
    sound = Files.readAllBytes(path);
  }

  @Test
  void flippedBytes() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = sound.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      read(bytes);
    }
    requireVariety();
  }

  @Test
  void overwrittenBytesOfTheHeader() throws IOException {
    byte[] structure = "{}[]\",:0123456789eE.-\\ \n\0".getBytes(StandardCharsets.ISO_8859_1);
    int headerEnd = 8 + headerLength();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = sound.clone();
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        bytes[8 + random.nextInt(headerEnd - 8)] = structure[random.nextInt(structure.length)];
      }
      read(bytes);
    }
    assertThat(refused).isPositive();
  }

  @Test
  void truncatedAndExtendedFiles() throws IOException {
    for (int size = 0; size < sound.length + 20; size++) {
      read(Arrays.copyOf(sound, size));
    }
    assertThat(accepted).isEqualTo(1);
  }

  @Test
  void changedHeaderLengths() throws IOException {
    long length = headerLength();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = sound.clone();
      long changed =
          switch (round % 4) {
            case 0 -> length + random.nextInt(64) - 32;
            case 1 -> random.nextLong();
            case 2 -> 1L << random.nextInt(64);
            default -> random.nextInt(sound.length);
          };
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(changed);
      read(bytes);
    }
    assertThat(refused).isPositive();
  }

  /**
   * The JSON stays nearly sound, its content does not: this reaches the checks behind the parser.
   */
  @Test
  void rewrittenNumbersAndStrings() throws IOException {
    String header = header();
    byte[] data = Arrays.copyOfRange(sound, 8 + headerLength(), sound.length);
    for (int round = 0; round < 2 * ROUNDS; round++) {
      String changed = header;
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        changed =
            random.nextBoolean()
                ? replaceOne(changed, NUMBERS, NASTY_NUMBERS)
                : replaceOne(changed, STRINGS, NASTY_STRINGS);
      }
      read(RawFile.bytes(changed, data));
    }
    requireVariety();
  }

  @Test
  void partsOfTheHeaderRepeatedRemovedOrNested() throws IOException {
    String header = header();
    byte[] data = Arrays.copyOfRange(sound, 8 + headerLength(), sound.length);
    for (int round = 0; round < ROUNDS; round++) {
      int from = random.nextInt(header.length());
      int to = from + random.nextInt(header.length() - from);
      String part = header.substring(from, to);
      String changed =
          switch (round % 4) {
            case 0 -> header.substring(0, from) + header.substring(to);
            case 1 -> header.substring(0, to) + part + header.substring(to);
            case 2 -> header.substring(0, from) + "[".repeat(random.nextInt(20_000)) + part;
            default -> "{\"x\":" + header.substring(0, to) + "}".repeat(random.nextInt(4));
          };
      read(RawFile.bytes(changed, data));
    }
    assertThat(refused).isPositive();
  }

  private String replaceOne(String text, Pattern pattern, List<String> replacements) {
    List<MatchResult> matches = pattern.matcher(text).results().toList();
    if (matches.isEmpty()) {
      return text;
    }
    MatchResult match = matches.get(random.nextInt(matches.size()));
    String replacement = replacements.get(random.nextInt(replacements.size()));
    return text.substring(0, match.start()) + replacement + text.substring(match.end());
  }

  private void read(byte[] bytes) throws IOException {
    // A new name each: some file systems flush when a file is truncated and written again.
    Path path = Files.write(folder.resolve("mutant" + (accepted + refused)), bytes);
    try (Safetensors file = Safetensors.open(path)) {
      for (TensorEntry entry : file.entries().values()) {
        readEntry(file, entry);
      }
      accepted++;
    } catch (InvalidFileException e) {
      assertThat(e).hasMessageContaining("mutant");
      refused++;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed + ", file " + HexFormat.of().formatHex(bytes), e);
    }
  }

  private static void readEntry(Safetensors file, TensorEntry entry) {
    boolean isTensor = entry.type().map(ElementType::isReadableAsTensor).orElse(false);
    if (isTensor && entry.elementCount() > 0) {
      file.read(entry.name(), DType.FLOAT64).close();
    } else if (!isTensor) {
      try {
        file.readIntegers(entry.name());
      } catch (InvalidFileException e) {
        // Of a type that is none of integers, or a BOOL of 2: the rest of the file is sound.
        assertThat(e).hasMessageContaining("tensor \"");
      }
    }
  }

  /** A fuzz test that only ever sees one outcome tests one path. */
  private void requireVariety() {
    assertThat(refused).as("refused").isGreaterThan(100);
    assertThat(accepted).as("accepted").isGreaterThan(20);
  }

  private int headerLength() {
    return (int) ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private String header() {
    return new String(sound, 8, headerLength(), StandardCharsets.UTF_8);
  }
}
