package org.sgconv.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Results;

/** Only a run that has come to its end takes the place of another. */
class ReportsTest {

  private static final Results BEFORE = results(true, 1);
  private static final Results PARTIAL = results(false, 2);
  private static final Results AFTER = results(true, 3);

  @TempDir Path folder;

  private static Results results(boolean finished, double millis) {
    return Made.onDevice(finished, Made.round(Contender.of(Library.SGCONV), millis, 0));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private String write(Results results) {
    StringWriter out = new StringWriter();
    Reports.write(results, folder, new PrintWriter(out));
    return out.toString();
  }

  @Test
  void whatIsUnfinishedHasNamesOfItsOwn() throws Exception {
    write(BEFORE);
    String table = Files.readString(file("gpu.txt"));
    Reports.keep(PARTIAL, folder);
    assertThat(write(PARTIAL)).contains("wrote gpu-unfinished.txt and gpu-unfinished.json");
    assertThat(ResultsJson.read(file("gpu.json"))).isEqualTo(BEFORE);
    assertThat(file("gpu.txt")).hasContent(table);
    assertThat(ResultsJson.read(file("gpu-unfinished.json"))).isEqualTo(PARTIAL);
    assertThat(file("gpu-unfinished.txt")).content().contains("CUT OFF");
  }

  @Test
  void aWholeRunTakesThePlaceOfBoth() throws Exception {
    write(BEFORE);
    write(PARTIAL);
    write(AFTER);
    Reports.deleteUnfinished(AFTER, folder);
    assertThat(ResultsJson.read(file("gpu.json"))).isEqualTo(AFTER);
    assertThat(folder.toFile().list())
        .contains("gpu.txt")
        .noneMatch(name -> name.contains("unfinished"));
  }
}
