package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;

class IntegerTensorsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "BOOL, 0, 1",
    "U8, 0, 255",
    "I8, -128, 127",
    "U16, 0, 65535",
    "I16, -32768, 32767",
    "U32, 0, 4294967295",
    "I32, -2147483648, 2147483647",
    "I64, -9223372036854775808, 9223372036854775807",
    "U64, 0, 9223372036854775807"
  })
  void comeBackAsTheyWere(ElementType type, long least, long most) {
    Path path = folder.resolve("integers");
    long[] values = {least, most, 1, 0, most, least};
    Safetensors.writer()
        .add("flag", true)
        .add("a", type, values, 2, 3)
        .add("none", type, new long[0], 2, 0)
        .add("one", type, new long[] {most})
        .write(path);
    try (Safetensors file = Safetensors.open(path)) {
      assertThat(file.entry("a").type()).contains(type);
      assertThat(file.entry("a").dims()).containsExactly(2L, 3L);
      assertThat(file.readIntegers("a")).containsExactly(values);
      assertThat(file.entry("none").dims()).containsExactly(2L, 0L);
      assertThat(file.readIntegers("none")).isEmpty();
      assertThat(file.entry("one").dims()).isEmpty();
      assertThat(file.readIntegers("one")).containsExactly(most);
      assertThat(file.readInteger("one")).isEqualTo(most);
      assertThat(file.readIntegers("flag")).containsExactly(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, 2",
    "BOOL, -1",
    "U8, 256",
    "U8, -1",
    "I8, 128",
    "I8, -129",
    "U16, 65536",
    "I16, 32768",
    "U32, 4294967296",
    "U32, -1",
    "I32, 2147483648",
    "U64, -1"
  })
  void valuesOfAnotherTypeAreNotWritten(ElementType type, long value) {
    SafetensorsWriter writer = Safetensors.writer();
    assertThatThrownBy(() -> writer.add("a", type, new long[] {0, value}, 2))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("\"a\" is " + value + " at index 1, which is no " + type);
  }

  @Test
  void shapesAndTypesThatDoNotFitAreNotWritten() {
    SafetensorsWriter writer = Safetensors.writer();
    for (long[] dims : new long[][] {{}, {3}, {2, -1, -1}, {2, 0}, {1L << 32, 1L << 32}}) {
      assertThatThrownBy(() -> writer.add("a", ElementType.I64, new long[2], dims))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("2 values");
    }
    assertThatThrownBy(() -> writer.add("a", ElementType.F32, new long[2], 2))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("F32");
  }

  /** Values that no chunk holds at once, at no alignment. */
  @Test
  void manyComeBackInOrder() {
    Path path = folder.resolve("many");
    long[] values = LongStream.range(0, 300_001).map(i -> i * i - 7).toArray();
    Safetensors.writer().add("a", true).add("b", ElementType.I64, values, 300_001).write(path);
    try (Safetensors file = Safetensors.open(path)) {
      assertThat(file.readIntegers("b")).isEqualTo(values);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, '[2,2]', 00010102, is 2 at index 3",
    "BOOL, '[2]', 01ff, is 255 at index 1",
    "U64, '[2]', 0100000000000000ffffffffffffffff, is 18446744073709551615 at index 1",
    "U64, '[1]', 0000000000000080, is 9223372036854775808 at index 0",
    "F32, '[1]', 00000000, 'is \"F32\", expected an integer type or BOOL'",
    "F8_E4M3, '[1]', 00, 'is \"F8_E4M3\", expected an integer type or BOOL'"
  })
  void whatIsNoIntegerIsNamedWithItsIndex(String dtype, String shape, String hex, String message)
      throws IOException {
    byte[] data = HexFormat.of().parseHex(hex);
    Path path = RawFile.write(folder, RawFile.one(dtype, shape, 0, data.length), data);
    try (Safetensors file = Safetensors.open(path)) {
      assertThatThrownBy(() -> file.readIntegers("t"))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("tensor \"t\" " + message);
    }
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    Path path = RawFile.write(folder, RawFile.one("U8", "[]", 0, 1), (byte) 0);
    Safetensors file = Safetensors.open(path);
    file.close();
    assertThatThrownBy(() -> file.readIntegers("t")).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> file.readInteger("t")).isInstanceOf(ClosedException.class);
  }
}
