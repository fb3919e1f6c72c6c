package org.sgconv.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTextTest {

  @Test
  void leavesOrdinaryTextAsItIs() {
    String text = "grün 音 \uD83C\uDFB5 \"x\" \\";
    assertThat(PrintableText.of(text)).isSameAs(text);
  }

  @Test
  void escapesWhatATerminalObeys() {
    assertThat(PrintableText.of("a\u001b[31mb\nc\rd\u009be\u007f"))
        .isEqualTo("a\\u001b[31mb\\nc\\u000dd\\u009be\\u007f");
    assertThat(PrintableText.of("\u202Etxt.exe\u2066\u2028\uFEFF\uD800"))
        .isEqualTo("\\u202etxt.exe\\u2066\\u2028\\ufeff\\ud800");
  }

  @Test
  void cutsWhatIsLong() {
    assertThat(PrintableText.cut("abc", 3)).isEqualTo("abc");
    assertThat(PrintableText.cut("abcd", 3)).isEqualTo("abc... (cut: 4 characters)");
  }
}
