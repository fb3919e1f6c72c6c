package org.sgconv.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.InvalidFileException;
import org.sgconv.tensor.Tensor;

/**
 * Odd headers, taken and refused as by the format's own implementation: each of these was put
 * before Python's safetensors 0.8.0. What differs is in {@link Safetensors}' description.
 */
class OfficialBehaviorTest {

  private static final String T = "\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

  @TempDir Path folder;

  private Safetensors open(String header, int dataBytes) throws IOException {
    return Safetensors.open(RawFile.write(folder, header, new byte[dataBytes]));
  }

  private static String withMember(String member) {
    return "{" + T.replace("]}", "]," + member + "}") + "}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{%s}",
        " {%s}",
        "\n\t{%s}",
        "{%s}   ",
        "{%s}\n\t\r",
        "{ %s , \"e\" : {\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]} }",
        "{\"__metadata__\":null,%s}",
        "{%s,\"__metadata__\":null}",
        "{\"__metadata__\":{},%s}",
        "{\"__metadata__\":{\"a\":\"\\u00e9\"},%s}",
        "{\"r\":{\"dtype\":\"F32\",\"shape\":[0,9223372036854775807,9223372036854775807],"
            + "\"data_offsets\":[0,0]},%s}",
      })
  void isOpened(String header) throws IOException {
    try (Safetensors file = open(header.formatted(T), 8);
        Tensor t = file.read("t")) {
      assertThat(t.shape().toArray()).containsExactly(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"x\":1",
        "\"x\":{\"y\":[1,2,{\"z\":null}],\"\":true}",
        "\"x\":1,\"x\":2",
        "\"x\":[]",
        "\"x\":{}",
        "\"x\":[[],[],{},[{}]]",
        "\"x\":\"\\u001b\\ud83d\\ude00\"",
        "\"x\":-1.5e-3",
        "\"\":false",
      })
  void unknownMembersOfATensorAreIgnored(String member) throws IOException {
    try (Safetensors file = open(withMember(member), 8)) {
      assertThat(file.entry("t").dims()).containsExactly(2L);
    }
    try (Safetensors file = open("{\"t\":{" + member + "," + T.substring(5) + "}", 8)) {
      assertThat(file.entry("t").dims()).containsExactly(2L);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{%s}\0",
        "{%s}x",
        "{%s},",
        "\ufeff{%s}",
        "{\"__metadata__\":{\"a\":null},%s}",
        "{\"__metadata__\":{\"a\":{}},%s}",
        "{\"__metadata__\":\"x\",%s}",
        "{\"__metadata__\":false,%s}",
        "{\"__metadata__\":null,\"__metadata__\":null,%s}",
        "{\"__metadata__\":{},\"__metadata__\":null,%s}",
        "{\"__metadata__\":{[\"a\"]:\"b\"},%s}",
        "{\"__metadata__\":{\"a\":\"b\",},%s}",
        "{%s,\"s\":null}",
        "{%s,\"s\":\"x\"}",
        "{%s,}",
        "{/**/%s}",
      })
  void isRefused(String header) {
    assertThatThrownBy(() -> open(header.formatted(T), 8)).isInstanceOf(InvalidFileException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"x\":\"\\ud800\"",
        "\"x\":\"\\ud800\\ud800\"",
        "\"x\":\"\\udc00\"",
        "\"x\":\"\\ud800x\"",
        "\"x\":\"\\q\"",
        "\"x\":NaN",
        "\"x\":[1,]",
        "\"x\":{\"y\"}",
        "\"x\":{1:2}",
        "\"x\":[}",
        "\"x\":nul",
        "\"x\":",
        "\"x\":\"\t\"",
        "\"dtype\":\"F32\"",
        "\"\\u0064type\":\"F32\"",
        "\"shape\":[2]",
      })
  void membersThatAreNoJsonOrRepeatOneAreRefused(String member) {
    assertThatThrownBy(() -> open(withMember(member), 8)).isInstanceOf(InvalidFileException.class);
  }

  @Test
  void escapedMemberNamesAreThoseMembers() throws IOException {
    try (Safetensors file = open("{" + T.replace("dtype", "\\u0064typ\\u0065") + "}", 8)) {
      assertThat(file.entry("t").dtype()).isEqualTo("F32");
    }
  }

  @Test
  void nestingEndsAtTheSameDepth() throws IOException {
    open(withMember("\"x\":" + "[".repeat(125) + "]".repeat(125)), 8).close();
    assertThatThrownBy(() -> open(withMember("\"x\":" + "[".repeat(126) + "]".repeat(126)), 8))
        .hasMessageContaining("more than 127 levels of nesting");
  }

  @Test
  void arraysMayHaveAnyLength() throws IOException {
    String ones = "1,".repeat(4999) + "1";
    try (Safetensors file = open("{" + T.replace("[2]", "[2," + ones + "]") + "}", 8)) {
      assertThat(file.entry("t").dims()).hasSize(5001);
      assertThat(file.entry("t").shapeText()).hasSizeLessThan(100).contains("5001 axes");
    }
    open(withMember("\"x\":[" + ones + "]"), 8).close();
  }

  @Test
  void metadataIsAMap() throws IOException {
    String strings =
        "{\"b\":\"2\",\"\\u00e9\\ud83d\\ude00\":\"\\n\\\"\",\"\":\"\",\"é\":\"ü\",\"a\\/b\":\"鍵\"}";
    try (Safetensors file = open("{\"__metadata__\":" + strings + "," + T + "}", 8)) {
      Map<String, String> metadata = file.metadata();
      assertThat(metadata).isEqualTo(Map.of("b", "2", "é😀", "\n\"", "", "", "é", "ü", "a/b", "鍵"));
      assertThat(metadata.keySet()).containsExactly("b", "é😀", "", "é", "a/b");
      assertThat(metadata.get("é😀")).isEqualTo("\n\"");
      assertThat(metadata.get("absent")).isNull();
      assertThat(metadata.containsKey("?")).isFalse();
      assertThat(metadata.containsKey("\ud800")).isFalse();
      assertThatThrownBy(() -> metadata.put("x", "y"))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> metadata.keySet().remove("b"))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  /** The format forbids it; the format's own implementation takes the last. */
  @ParameterizedTest
  @ValueSource(strings = {"\"a\":\"1\",\"a\":\"1\"", "\"a\":\"1\",\"b\":\"2\",\"\\u0061\":\"3\""})
  void keysOfMetadataDiffer(String strings) {
    assertThatThrownBy(() -> open("{\"__metadata__\":{" + strings + "}," + T + "}", 8))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("the key \"a\" appears twice");
  }

  /** All of it stays a matter of the tensor that has the type. */
  @ParameterizedTest
  @ValueSource(strings = {"F33", "f32", "", "I4", "F8_E4M3FN", "\\u001b[2J", "\\u202e", "F32 "})
  void unknownTypesAreAMatterOfTheirTensor(String dtype) throws IOException {
    String w = "\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":[3],\"data_offsets\":[8,13]}";
    try (Safetensors file = open("{" + w + "," + T + "}", 13);
        Tensor t = file.read("t")) {
      assertThat(file.names()).containsExactly("t", "w");
      assertThat(file.entry("w").type()).isEmpty();
      assertThat(file.entry("w").elementCount()).isEqualTo(3);
      assertThatThrownBy(() -> file.read("w"))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining(
              "tensor \"w\" is \"" + dtype + "\", expected F64, F32, F16 or BF16");
      assertThatThrownBy(() -> file.readIntegers("w"))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("tensor \"w\" is \"" + dtype + "\", expected an integer type");
      assertThat(t.elementCount()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "F4|[4]|2",
        "F4|[0]|0",
        "F4|[2,3]|3",
        "F6_E2M3|[4]|3",
        "F6_E3M2|[8]|6",
        "F8_E4M3|[5]|5",
        "F8_E5M2|[5]|5",
        "F8_E8M0|[]|1",
        "F8_E4M3FNUZ|[5]|5",
        "F8_E5M2FNUZ|[5]|5",
        "C64|[2]|16"
      })
  void typesThatNobodyReadsHereAreAMatterOfTheirTensor(String tensor) throws IOException {
    String[] part = tensor.split("\\|", -1);
    int end = 8 + Integer.parseInt(part[2]);
    String w =
        "\"w\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[8,%d]}"
            .formatted(part[0], part[1], end);
    try (Safetensors file = open("{" + T + "," + w + "}", end);
        Tensor t = file.read("t")) {
      assertThat(file.entry("w").type()).contains(ElementType.valueOf(part[0]));
      assertThatThrownBy(() -> file.read("w"))
          .hasMessageContaining("\"w\" is \"" + part[0] + "\",");
      assertThat(t.elementCount()).isEqualTo(2);
    }
    assertThatThrownBy(() -> open("{" + T + "," + w.replace("," + end, "," + (end + 1)) + "}", 99))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(part[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"F4|[3]|2", "F4|[]|1", "F6_E2M3|[3]|3", "F6_E3M2|[1]|1"})
  void elementsThatEndWithinAByteAreRefused(String tensor) {
    String[] part = tensor.split("\\|", -1);
    String header = RawFile.one(part[0], part[1], 0, Long.parseLong(part[2]));
    assertThatThrownBy(() -> open(header, Integer.parseInt(part[2])))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("expected whole bytes");
  }

  /** Of an unknown type the size is unknown, but its bytes must be its own and in the file. */
  @ParameterizedTest
  @ValueSource(strings = {"[4,12]", "[9,12]", "[8,13]", "[8,11]", "[12,8]", "[8,99]", "[0,8]"})
  void bytesOfUnknownTypesNeitherOverlapNorLeaveGaps(String offsets) {
    String w = "\"w\":{\"dtype\":\"X\",\"shape\":[3],\"data_offsets\":" + offsets + "}";
    assertThatThrownBy(() -> open("{" + T + "," + w + "}", 12))
        .isInstanceOf(InvalidFileException.class);
  }

  @Test
  void namesAreQuotedInEveryMessage() throws IOException {
    String evil = "\\u001b]0;x\\u0007\\u202e\\n";
    try (Safetensors file = open("{" + T.replace("\"t\"", "\"" + evil + "\"") + "}", 8)) {
      String name = new String(new byte[] {0x1b}, UTF_8) + "]0;x\u0007\u202e\n";
      assertThat(file.names()).containsExactly(name);
      assertThatThrownBy(() -> file.readIntegers(name)).hasMessageContaining("\"" + evil + "\"");
      assertThatThrownBy(() -> file.read("absent")).hasMessageContaining("\"" + evil + "\"");
    }
    assertThatThrownBy(() -> open("{\"" + evil + "\":1}", 0)).hasMessageContaining(evil);
  }
}
