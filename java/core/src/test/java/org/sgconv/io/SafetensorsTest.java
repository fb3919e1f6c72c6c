package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.TensorClosedException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

class SafetensorsTest {

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBack() {
    Path path = folder.resolve("a.safetensors");
    try (Tensor floats = Tensor.of(new float[] {1, -2.5f, Float.NaN, 3e-40f}, 2, 2);
        Tensor doubles = Tensor.of(new double[] {Math.PI, -0.0, Double.MAX_VALUE}, 1, 3, 1);
        Tensor scalar = Tensor.of(new double[] {7}, new long[0])) {
      Safetensors.writer()
          .add("floats", floats)
          .add("doubles \"quoted\" é😀\n", doubles)
          .add("scalar", scalar)
          .add("yes", true)
          .add("no", false)
          .metadata("format", "pt")
          .metadata("note \\ \"x\"", "tab\there")
          .write(path);
      try (Safetensors file = Safetensors.open(path)) {
        assertThat(file.names())
            .containsExactly("doubles \"quoted\" é😀\n", "scalar", "floats", "no", "yes");
        assertThat(file.metadata())
            .containsOnly(
                java.util.Map.entry("format", "pt"),
                java.util.Map.entry("note \\ \"x\"", "tab\there"));
        assertThat(file.path()).isEqualTo(path);
        same(file.read("floats"), floats);
        same(file.read("doubles \"quoted\" é😀\n"), doubles);
        same(file.read("scalar"), scalar);
        assertThat(file.readInteger("yes")).isEqualTo(1);
        assertThat(file.readInteger("no")).isZero();
        assertThat(file.entry("floats").type()).contains(ElementType.F32);
        assertThat(file.entry("floats").begin() % 8).isZero();
      }
    }
  }

  private static void same(Tensor actual, Tensor expected) {
    try (actual) {
      assertThat(actual.type()).isEqualTo(expected.type());
      assertThat(actual.shape()).isEqualTo(expected.shape());
      assertThat(actual.segment().mismatch(expected.segment())).isEqualTo(-1);
    }
  }

  @Test
  void tensorsLargerThanAChunkAreWrittenWhole() {
    Path path = folder.resolve("large.safetensors");
    try (Tensor large = Tensor.zeros(DType.FLOAT32, 3, 333_333)) {
      for (long i = 0; i < large.elementCount(); i++) {
        large.setFlat(i, (double) i);
      }
      try (Tensor view = large.slice(1, 3)) {
        Safetensors.writer().add("view", view).write(path);
        try (Safetensors file = Safetensors.open(path)) {
          same(file.read("view"), view);
        }
      }
    }
  }

  @Test
  void theSameContentGivesTheSameBytes() throws IOException {
    Path one = folder.resolve("1");
    Path two = folder.resolve("2");
    try (Tensor a = Tensor.of(new float[] {1}, 1);
        Tensor b = Tensor.of(new double[] {2}, 1)) {
      Safetensors.writer().add("a", a).add("b", b).metadata("x", "1").metadata("y", "2").write(one);
      Safetensors.writer().metadata("y", "2").metadata("x", "1").add("b", b).add("a", a).write(two);
    }
    assertThat(Files.mismatch(one, two)).isEqualTo(-1);
  }

  @Test
  void anEmptyFileOfNoTensorsIsSound() {
    Path path = folder.resolve("none");
    Safetensors.writer().write(path);
    try (Safetensors file = Safetensors.open(path)) {
      assertThat(file.names()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  /** The format does not promise alignment. */
  @Test
  void unalignedTensorsAreRead() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
    data.put((byte) 5).putDouble(-1.25);
    String header =
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]},"
            + "\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[1,9]}}   ";
    try (Safetensors file = Safetensors.open(RawFile.write(folder, header, data.array()));
        Tensor b = file.read("b")) {
      assertThat(file.readInteger("a")).isEqualTo(5);
      assertThat(b.getFlat(0)).isEqualTo(-1.25);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F16, 3c00, 1.0",
    "F16, c000, -2.0",
    "F16, 7bff, 65504.0",
    "F16, 0001, 5.9604644775390625E-8",
    "F16, 7c00, Infinity",
    "F16, 7e00, NaN",
    "BF16, 3f80, 1.0",
    "BF16, c049, -3.140625",
    "BF16, 7f80, Infinity",
    "BF16, 0001, 9.183549615799121E-41"
  })
  void halfPrecisionIsWidenedExactly(String dtype, String hex, double expected) throws IOException {
    int bits = Integer.parseInt(hex, 16);
    Path path =
        RawFile.write(folder, RawFile.one(dtype, "[1]", 0, 2), (byte) bits, (byte) (bits >> 8));
    try (Safetensors file = Safetensors.open(path);
        Tensor narrow = file.read("t");
        Tensor single = file.read("t", DType.FLOAT32);
        Tensor wide = file.read("t", DType.FLOAT64)) {
      assertThat(narrow.type()).isEqualTo(dtype.equals("F16") ? DType.FLOAT16 : DType.BFLOAT16);
      assertThat(Double.valueOf(single.getFlat(0))).isEqualTo(Double.valueOf(expected));
      assertThat(Double.valueOf(narrow.getFlat(0))).isEqualTo(Double.valueOf(expected));
      assertThat(Double.valueOf(wide.getFlat(0))).isEqualTo(Double.valueOf(expected));
    }
  }

  /** Every pattern goes to the file and comes back, also from a place that is not aligned. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BFLOAT16", "FLOAT16"})
  void halfPrecisionIsWrittenAsItIs(DType type) {
    Path path = folder.resolve("half.safetensors");
    try (Tensor half = Tensor.zeros(type, 2, 1 << 15)) {
      for (int i = 0; i < 1 << 16; i++) {
        half.segment().setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
      }
      Safetensors.writer().add("a", half).add("b", true).write(path);
      try (Safetensors file = Safetensors.open(path);
          Tensor back = file.read("a");
          Tensor other = file.read("a", type == DType.FLOAT16 ? DType.BFLOAT16 : DType.FLOAT16);
          Tensor expected = half.to(other.type())) {
        assertThat(file.entry("a").dtype()).isEqualTo(type == DType.FLOAT16 ? "F16" : "BF16");
        assertThat(back.type()).isEqualTo(type);
        assertThat(back.segment().mismatch(half.segment())).isEqualTo(-1);
        assertThat(other.toFloatArray()).isEqualTo(expected.toFloatArray());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, 01, 1",
    "U8, ff, 255",
    "I8, ff, -1",
    "U16, feff, 65534",
    "I16, feff, -2",
    "U32, ffffffff, 4294967295",
    "I32, ffffffff, -1",
    "I64, ffffffffffffffff, -1",
    "U64, ffffffffffffff7f, 9223372036854775807"
  })
  void integersAreRead(String dtype, String hex, long expected) throws IOException {
    byte[] data = java.util.HexFormat.of().parseHex(hex);
    Path path = RawFile.write(folder, RawFile.one(dtype, "[]", 0, data.length), data);
    try (Safetensors file = Safetensors.open(path)) {
      assertThat(file.readInteger("t")).isEqualTo(expected);
      assertThatThrownBy(() -> file.read("t"))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining(dtype);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, [], 02, 'is 2 at index 0, expected 0 or 1'",
    "U64, [], ffffffffffffffff, is 18446744073709551615 at index 0",
    "F32, [], 00000000, 'is \"F32\", expected an integer type'",
    "'U8', '[2]', 0000, 'shape (2)'",
    "'U8', '[0]', '', 'shape (0)'"
  })
  void whatIsNoIntegerIsRefused(String dtype, String shape, String hex, String message)
      throws IOException {
    byte[] data = java.util.HexFormat.of().parseHex(hex);
    Path path = RawFile.write(folder, RawFile.one(dtype, shape, 0, data.length), data);
    try (Safetensors file = Safetensors.open(path)) {
      assertThatThrownBy(() -> file.readInteger("t"))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void tensorsWithoutElementsAreListedButNotRead() throws IOException {
    Path path = RawFile.write(folder, RawFile.one("F32", "[2,0,9223372036854775807]", 0, 0));
    try (Safetensors file = Safetensors.open(path)) {
      assertThat(file.entry("t").dims()).containsExactly(2L, 0L, Long.MAX_VALUE);
      assertThatThrownBy(() -> file.read("t"))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("(2, 0, 9223372036854775807)");
    }
  }

  @Test
  void missingTensorsAreNamedWithWhatIsThere() throws IOException {
    Path path = RawFile.write(folder, RawFile.one("U8", "[1]", 0, 1), (byte) 0);
    try (Safetensors file = Safetensors.open(path)) {
      assertThatThrownBy(() -> file.read("weights"))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("raw.safetensors")
          .hasMessageContaining("\"weights\"")
          .hasMessageContaining("it has \"t\"");
    }
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    Path path = RawFile.write(folder, RawFile.one("F32", "[1]", 0, 4), new byte[4]);
    Safetensors file = Safetensors.open(path);
    Tensor before = file.read("t");
    file.close();
    assertThat(before.getFlat(0)).isZero();
    before.close();
    assertThatThrownBy(() -> file.read("t")).isInstanceOf(ClosedException.class);
    file.close(); // does nothing
  }

  @Test
  void namesMustDifferAndBeText() {
    try (Tensor tensor = Tensor.zeros(DType.FLOAT32, 1)) {
      SafetensorsWriter writer = Safetensors.writer().add("a", tensor);
      for (String name : new String[] {"a", "__metadata__", "\ud800"}) {
        assertThatThrownBy(() -> writer.add(name, tensor))
            .isInstanceOf(InvalidArgumentException.class);
      }
      assertThatThrownBy(() -> writer.metadata("k", "\udc00"))
          .isInstanceOf(InvalidArgumentException.class);
    }
  }

  /** A write that fails half-way leaves the older file, and nothing else. */
  @Test
  void failedWritesLeaveNothingBehind() throws IOException {
    Path path = folder.resolve("kept");
    Files.writeString(path, "older");
    Tensor gone = Tensor.zeros(DType.FLOAT64, 10);
    try (Tensor first = Tensor.zeros(DType.FLOAT64, 300_000)) {
      SafetensorsWriter writer = Safetensors.writer().add("a", first).add("b", gone);
      gone.close();
      assertThatThrownBy(() -> writer.write(path)).isInstanceOf(TensorClosedException.class);
    }
    assertThat(Files.readString(path)).isEqualTo("older");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void placesThatCannotBeWrittenAreNamed() {
    SafetensorsWriter writer = Safetensors.writer();
    assertThatThrownBy(() -> writer.write(folder))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> writer.write(folder.resolve("absent/file")))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("absent");
  }

  @Test
  void namesAPointerOfGitLfs() throws Exception {
    Path file = folder.resolve("model.safetensors");
    Files.writeString(
        file,
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32"
            + "b1258daaa5e2ca24d17e2393\nsize 12345\n");
    assertThatThrownBy(() -> Safetensors.open(file))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("is a Git LFS pointer")
        .hasMessageContaining("git lfs pull");
  }

  @Test
  void namesInMemoryAreThoseOfFiles() {
    assertThatThrownBy(() -> Safetensors.of("a\0b", new byte[8]))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("cannot be that of a file");
    assertThatThrownBy(() -> Safetensors.of(null, new byte[8])).hasMessage("name");
  }
}
