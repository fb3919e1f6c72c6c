package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.io.JsonValue.JsonArray;
import org.sgconv.io.JsonValue.JsonBoolean;
import org.sgconv.io.JsonValue.JsonNull;
import org.sgconv.io.JsonValue.JsonNumber;
import org.sgconv.io.JsonValue.JsonObject;
import org.sgconv.io.JsonValue.JsonString;

class JsonParserTest {

  @Test
  void readsEveryKindOfValue() throws JsonException {
    JsonValue value =
        JsonParser.parse(
            " {\"a\" : [1, -0.5e+3, true, false, null, \"x\"], \"\": {}, \"b\": []}\n");
    assertThat(value)
        .isEqualTo(
            new JsonObject(
                Map.of(
                    "a",
                    new JsonArray(
                        java.util.List.of(
                            new JsonNumber("1"),
                            new JsonNumber("-0.5e+3"),
                            new JsonBoolean(true),
                            new JsonBoolean(false),
                            new JsonNull(),
                            new JsonString("x"))),
                    "",
                    new JsonObject(Map.of()),
                    "b",
                    new JsonArray(java.util.List.of()))));
  }

  @Test
  void resolvesEscapes() throws JsonException {
    assertThat(JsonParser.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\""))
        .isEqualTo(new JsonString("\"\\/\b\f\n\r\té😀"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "{]",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1 \"b\":2}",
        "[1 2]",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "--1",
        "0x1",
        "NaN",
        "Infinity",
        "tru",
        "nul",
        "truex",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"a\nb\"",
        "\"\u0000\"",
        "1 1",
        "{} {}",
        "// x",
        "[1/*x*/]",
        "\ufeff{}",
        "\u0000",
        "[\u00a01]"
      })
  void refuses(String text) {
    assertThatThrownBy(() -> JsonParser.parse(text)).isInstanceOf(JsonException.class);
  }

  @Test
  void refusesDuplicateNames() {
    assertThatThrownBy(() -> JsonParser.parse("{\"a\":1,\"b\":2,\"\\u0061\":3}"))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("\"a\" appears twice");
  }

  @Test
  void boundsNesting() throws JsonException {
    assertThat(JsonParser.parse("[".repeat(127) + "]".repeat(127))).isInstanceOf(JsonArray.class);
    for (int depth : new int[] {128, 1_000_000}) {
      assertThatThrownBy(() -> JsonParser.parse("[".repeat(depth)))
          .isInstanceOf(JsonException.class)
          .hasMessageContaining("more than 127 levels of nesting");
    }
  }

  /** Names from a file go into messages and on to terminals. */
  @Test
  void messagesCarryNoControlCharacters() {
    assertThatThrownBy(() -> JsonParser.parse("{\"\\u001b[2J\":1,\"\\u001b[2J\":1}"))
        .hasMessageContaining("\"\\u001b[2J\"");
  }
}
