package org.sgconv.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {

  @Test
  void alignsTextLeftAndNumbersRight() {
    String table =
        new TextTable(1, "mode", "ms").row("causal", "1.5").row("circular", "12.25").render();
    assertThat(table)
        .isEqualTo(
            """
            mode         ms
            --------  -----
            causal      1.5
            circular  12.25
            """);
  }

  @Test
  void refusesRowsOfAnotherWidth() {
    TextTable table = new TextTable(1, "a", "b");
    assertThatThrownBy(() -> table.row("only one")).isInstanceOf(IllegalArgumentException.class);
  }
}
