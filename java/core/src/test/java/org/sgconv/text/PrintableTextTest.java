package org.sgconv.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.InvalidFileException;

class PrintableTextTest {

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 7, 8, 0x1b, 0x7f, 0x85, 0x9b, 0xa0, 0xad, 0x61c, 0x200b, 0x200e, 0x2028, 0x2029, 0x202e,
        0x2066, 0x2800, 0x3000, 0x3164, 0xfe0f, 0xe0100, 0x115f, 0x34f, 0xd800, 0xdc00, 0xe000,
            0xfeff, 0xffff, 0xe0001, 0x10ffff
      })
  void whatCannotBeSeenIsEscaped(int c) {
    String text = "a" + Character.toString(c) + "z";
    assertThat(PrintableText.escape(text)).matches("a(\\\\u[0-9a-f]{4}){1,2}z");
    assertThat(PrintableText.quote(text)).matches("\"a(\\\\u[0-9a-f]{4}){1,2}z\"");
  }

  @Test
  void commonEscapesAreShort() {
    assertThat(PrintableText.quote("\u001b[2J\n\t\r")).isEqualTo("\"\\u001b[2J\\n\\t\\r\"");
  }

  @Test
  void whatCanBeSeenStays() {
    String text = "Schlüssel 鍵 ключ 😀 (1,2)";
    assertThat(PrintableText.escape(text)).isEqualTo(text);
    assertThat(PrintableText.quote(text)).isEqualTo("\"" + text + "\"");
  }

  /** Otherwise a name could end its own quotes. */
  @Test
  void quotesAreEscapedWithinQuotes() {
    assertThat(PrintableText.quote("a\"b\\")).isEqualTo("\"a\\\"b\\\\\"");
  }

  @Test
  void longTextsAreCutBetweenCharacters() {
    assertThat(PrintableText.quote("😀".repeat(80))).isEqualTo("\"" + "😀".repeat(80) + "\"");
    assertThat(PrintableText.quote("😀".repeat(81))).isEqualTo("\"" + "😀".repeat(80) + "...\"");
    assertThat(PrintableText.quote("\0".repeat(1_000_000))).hasSizeLessThan(500);
  }

  @Test
  void longListsAreCutInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      List<String> names = IntStream.range(0, 60_000).mapToObj(i -> "t" + i).toList();
      assertThat(PrintableText.list(names))
          .startsWith("\"t0\", \"t1\"")
          .endsWith("\"t9\" and 59,990 more");
      assertThat(PrintableText.escape("\u001b")).isEqualTo("\\u001b");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void shortListsAreWhole() {
    assertThat(PrintableText.list(List.of())).isEqualTo("none");
    assertThat(PrintableText.list(List.of("a", "\n"))).isEqualTo("\"a\", \"\\n\"");
  }

  @Test
  void fileNamesAreEscapedInMessagesAndKeptInThePath() throws Exception {
    Path path = Path.of("evil\u001b[2J\u202e.safetensors");
    InvalidFileException exception = new InvalidFileException(path, "is bad");
    assertThat(exception).hasMessage("evil\\u001b[2J\\u202e.safetensors: is bad");
    assertThat(exception.path()).isSameAs(path);
    assertThat(copy(exception).path()).isEqualTo(path);
  }

  private static InvalidFileException copy(InvalidFileException exception)
      throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(exception);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (InvalidFileException) in.readObject();
    }
  }
}
