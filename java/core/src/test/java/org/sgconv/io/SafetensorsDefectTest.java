package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sgconv.InvalidFileException;

/** Every way in which a header can be wrong, each with a message that says which. */
class SafetensorsDefectTest {

  @TempDir Path folder;

  static Stream<Arguments> headers() {
    String t = "\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    return Stream.of(
        Arguments.of("", 0, "must begin with '{'"),
        Arguments.of("\ufeff{}", 0, "must begin with '{'"),
        Arguments.of("[]", 0, "must begin with '{'"),
        Arguments.of("{", 0, "at byte 1"),
        Arguments.of("{} x", 0, "end of the text"),
        Arguments.of("{\"t\":1}", 0, "\"t\": is the number 1, expected an object"),
        Arguments.of("{" + t + "," + t + "}", 8, "\"t\": appears twice"),
        Arguments.of("{\"t\":{}}", 0, "has no dtype, expected dtype, shape and data_offsets"),
        Arguments.of("{" + t.replace("]}", "],\"dtype\":\"F32\"}") + "}", 8, "dtype appears twice"),
        Arguments.of("{" + t.replace("\"F32\"", "32") + "}", 8, "dtype is the number 32"),
        Arguments.of("{" + t.replace("[2]", "2") + "}", 8, "shape is the number 2"),
        Arguments.of("{" + t.replace("[2]", "[-2]") + "}", 8, "shape holds the number -2"),
        Arguments.of("{" + t.replace("[2]", "[2.0]") + "}", 8, "shape holds the number 2.0"),
        Arguments.of("{" + t.replace("[2]", "[2e0]") + "}", 8, "shape holds the number 2e0"),
        Arguments.of("{" + t.replace("[2]", "[\"2\"]") + "}", 8, "shape holds the string \"2\""),
        Arguments.of(
            "{" + t.replace("[2]", "[9223372036854775808]") + "}",
            8,
            "the number 9223372036854775808, expected whole numbers from 0 to 2^63"),
        Arguments.of("{" + t.replace("[2]", "[4611686018427387904]") + "}", 8, "2^63 - 1 bits"),
        Arguments.of(
            "{" + t.replace("[2]", "[4294967296,4294967296]") + "}", 8, "2^63 - 1 elements"),
        Arguments.of("{" + t.replace("[2]", "[3]") + "}", 8, "hold 8 bytes, but F32 (3) has 12"),
        Arguments.of("{" + t.replace("[0,8]", "[0]") + "}", 8, "has 1 numbers, expected 2"),
        Arguments.of("{" + t.replace("[0,8]", "[8,0]") + "}", 8, "end before they begin"),
        Arguments.of("{" + t.replace("[0,8]", "[4,12]") + "}", 12, "begins at byte 4"),
        Arguments.of("{" + t + "}", 7, "truncated"),
        Arguments.of("{" + t + "}", 9, "belong to no tensor"),
        Arguments.of("{}", 1, "belong to no tensor"),
        Arguments.of(
            "{" + t + "," + t.replace("\"t\"", "\"s\"").replace("[0,8]", "[4,12]") + "}",
            12,
            "\"s\": begins at byte 4 of the data, expected 8: tensors must not overlap"),
        Arguments.of(
            "{" + t + "," + t.replace("\"t\"", "\"s\"").replace("[0,8]", "[9,17]") + "}",
            17,
            "must leave no gap"),
        Arguments.of("{\"__metadata__\":[]}", 0, "expected an object of strings"),
        Arguments.of("{\"__metadata__\":{\"a\":1}}", 0, "key \"a\": is the number 1"),
        Arguments.of("{\"t\":{\"x\":" + "[".repeat(5000) + "}}", 0, "nesting"));
  }

  @ParameterizedTest
  @MethodSource("headers")
  void isNamed(String header, int dataBytes, String message) throws IOException {
    Path path = RawFile.write(folder, header, new byte[dataBytes]);
    assertThatThrownBy(() -> Safetensors.open(path))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(message);
  }

  @Test
  void headersThatAreNotUtf8AreNamed() throws IOException {
    byte[] header = "{\"t\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
    refused(RawFile.bytes(header.length, header, new byte[0]), "not UTF-8 at byte 6");
  }

  @Test
  void headerLengthsBeyondTheFileAreNamed() throws IOException {
    byte[] header = "{}".getBytes(StandardCharsets.UTF_8);
    for (long length : new long[] {3, 1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      refused(
          RawFile.bytes(length, header, new byte[0]),
          "header length is " + Long.toUnsignedString(length) + ", expected at most 2");
    }
  }

  @Test
  void filesTooShortForALengthAreNamed() throws IOException {
    for (int size = 0; size < 8; size++) {
      refused(new byte[size], "has " + size + " bytes");
    }
  }

  /** Sparse, so this takes no room: a header may not be longer than 100 MB. */
  @Test
  void headersOfAbsurdLengthAreRefusedUnread() throws IOException {
    Path path = folder.resolve("sparse");
    try (java.io.RandomAccessFile file = new java.io.RandomAccessFile(path.toFile(), "rw")) {
      file.write(RawFile.bytes(3_000_000_000L, new byte[0], new byte[0]));
      file.setLength(4_000_000_000L);
    }
    assertThatThrownBy(() -> Safetensors.open(path))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("100000000");
  }

  @Test
  void whatIsNoFileIsNamed() {
    assertThatThrownBy(() -> Safetensors.open(folder))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("not a regular file");
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("absent")))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("does not exist");
  }

  /** Every proper beginning of a sound file is unsound. */
  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] sound = RawFile.bytes(RawFile.one("F32", "[2]", 0, 8), new byte[8]);
    for (int size = 0; size < sound.length; size++) {
      refused(Arrays.copyOf(sound, size), "");
    }
  }

  private void refused(byte[] content, String message) throws IOException {
    Path path = Files.write(folder.resolve("bad"), content);
    assertThatThrownBy(() -> Safetensors.open(path))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(message);
  }
}
