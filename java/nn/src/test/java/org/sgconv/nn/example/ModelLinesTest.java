package org.sgconv.nn.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.Backends;
import org.sgconv.nn.Pass;
import org.sgconv.nn.model.LongRangeArenaModel;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.nn.model.TokenBatch;
import org.sgconv.tensor.DType;

class ModelLinesTest {

  @TempDir private Path folder;

  @Test
  void aSavedModelComputesWhatItDidBefore() {
    Path path = folder.resolve("listops.safetensors");
    List<long[]> rows = List.of(new long[] {5, 3, 17, 2}, new long[] {4, 16, 9, 9, 9, 1, 2});
    double[] expected;
    try (SequenceModel model =
            SequenceModel.create(
                Backends.reference(), LongRangeArenaModel.LISTOPS.spec(), DType.FLOAT64, 2222);
        Pass pass = model.evaluationPass()) {
      expected = model.forward(TokenBatch.padded(rows, 0), pass).toDoubleArray();
      model.save(path);
    }
    float[] logits = ModelLines.run(path, rows);
    assertThat(logits).hasSize(20);
    for (int i = 0; i < logits.length; i++) {
      assertThat((double) logits[i]).isCloseTo(expected[i], within(2e-5));
    }
  }

  @Test
  void theReadmeShowsTheseLines() throws IOException {
    Path root = Path.of(System.getProperty("sgconv.root"));
    String source =
        Files.readString(
            root.resolve("java/nn/src/test/java/org/sgconv/nn/example/ModelLines.java"));
    int begin = source.indexOf("// begin\n") + "// begin\n".length();
    String lines =
        source.substring(begin, source.indexOf("    // end")).stripTrailing().stripIndent();

    assertThat(Files.readString(root.resolve("README.md"))).contains(lines);
  }
}
