package org.sgconv.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TenLinesTest {

  private static final int ROW = 16_384;
  private static final int BATCH_STEP = 64 * ROW;

  @Test
  void theGradientOfTheEnergyIsSymmetricAndPositive() {
    float[] samples = new float[8 * BATCH_STEP];
    samples[3] = 1; // batch 0
    samples[2 * BATCH_STEP + 3] = 1;
    samples[4 * BATCH_STEP + 3] = 2;

    float[] gradient = TenLines.run(samples);

    float[] first = Arrays.copyOf(gradient, ROW);
    float[] doubled = Arrays.copyOfRange(gradient, 4 * BATCH_STEP, 4 * BATCH_STEP + ROW);
    // du = kᵀk u for a unit impulse: the energy of the kernel's first L − 3 values at the impulse.
    assertThat(first[3]).isPositive();
    assertThat(Arrays.copyOfRange(gradient, 2 * BATCH_STEP, 2 * BATCH_STEP + ROW)).isEqualTo(first);
    assertThat(doubled[3]).isEqualTo(2 * first[3]);
    assertThat(gradient[BATCH_STEP + 3]).isZero();
  }

  @Test
  void theReadmeShowsTheseLines() throws IOException {
    Path root = Path.of(System.getProperty("sgconv.root"));
    String source =
        Files.readString(root.resolve("java/core/src/test/java/org/sgconv/example/TenLines.java"));
    int begin = source.indexOf("// begin\n") + "// begin\n".length();
    String lines =
        source.substring(begin, source.indexOf("    // end")).stripTrailing().stripIndent();

    assertThat(Files.readString(root.resolve("README.md"))).contains(lines);
  }
}
