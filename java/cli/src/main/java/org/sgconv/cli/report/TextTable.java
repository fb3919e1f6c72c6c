package org.sgconv.cli.report;

import java.util.ArrayList;
import java.util.List;

/** A table of text with a header line; numbers and headers are aligned to the right. */
public final class TextTable {

  private static final String GAP = "  ";

  private final List<String> header;
  private final int textColumns;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * Starts a table.
   *
   * @param textColumns how many columns, from the left, are aligned to the left
   */
  public TextTable(int textColumns, String... header) {
    this.header = List.of(header);
    this.textColumns = textColumns;
  }

  /** Adds a row with a cell for every column of the header. */
  public TextTable row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + header.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** The table, each line ended by a newline. */
  public String render() {
    int[] widths = new int[header.size()];
    List<List<String>> lines = new ArrayList<>();
    lines.add(header);
    lines.addAll(rows);
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    append(text, header, widths);
    for (int i = 0; i < widths.length; i++) {
      text.append(i == 0 ? "" : GAP).append("-".repeat(widths[i]));
    }
    text.append('\n');
    rows.forEach(row -> append(text, row, widths));
    return text.toString();
  }

  private void append(StringBuilder text, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String pad = " ".repeat(widths[i] - cells.get(i).length());
      line.append(i == 0 ? "" : GAP);
      line.append(i < textColumns ? cells.get(i) + pad : pad + cells.get(i));
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
