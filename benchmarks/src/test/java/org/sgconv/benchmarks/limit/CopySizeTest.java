package org.sgconv.benchmarks.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CopySizeTest {

  private static final long MIB = 1L << 20;

  @Test
  void aSourceIsTwiceTheLargestCache() {
    assertThat(CopySize.of(480 * MIB, 24_000 * MIB)).isEqualTo(960 * MIB);
  }

  @Test
  void smallCachesAndUnknownOnesGetTheLeast() {
    assertThat(CopySize.of(32 * MIB, 24_000 * MIB)).isEqualTo(CopySize.LEAST);
    assertThat(CopySize.of(0, 24_000 * MIB)).isEqualTo(CopySize.LEAST);
  }

  @Test
  void sourceAndTargetTakeAtMostAQuarterOfMemory() {
    assertThat(CopySize.of(480 * MIB, 4_000 * MIB)).isEqualTo(500 * MIB);
  }

  @Test
  void theLargestCacheThatLinuxDescribes(@TempDir Path folder) throws IOException {
    describe(folder.resolve("index0"), "48K\n");
    describe(folder.resolve("index3"), "491520K\n");
    describe(folder.resolve("index2"), "2048K\n");
    assertThat(CopySize.largestCache(folder)).isEqualTo(480 * MIB);
    assertThat(CopySize.largestCache(folder.resolve("absent"))).isZero();
  }

  private static void describe(Path cache, String size) throws IOException {
    Files.createDirectory(cache);
    Files.writeString(cache.resolve("size"), size);
  }
}
