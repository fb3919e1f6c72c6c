package org.sgconv.benchmarks.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class NativeLimitsTest {

  /** One line that says what to build, not a trace. */
  @Test
  void withoutTheLibraryItSaysWhatToBuild() {
    assumeTrue(Boolean.getBoolean("sgconv.native.skip"), "built with native code");
    assertThatIOException()
        .isThrownBy(NativeLimits::load)
        .withMessageContaining("build with cmake and a C++ compiler");
  }

  @Test
  void loopsDoWhatTheySay() throws IOException {
    assumeFalse(Boolean.getBoolean("sgconv.native.skip"), "built without native code");
    NativeLimits library = NativeLimits.load();
    long bytes = 4096;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment from = arena.allocate(bytes, 64);
      for (int i = 0; i < bytes; i++) {
        from.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31));
      }
      MemorySegment plain = arena.allocate(bytes, 64);
      MemorySegment streamed = arena.allocate(bytes, 64);
      library.copy(plain, from, bytes);
      library.copyStreaming(streamed, from, bytes);
      assertThat(plain.mismatch(from)).isEqualTo(-1);
      assertThat(streamed.mismatch(from)).isEqualTo(-1);
    }
    assertThat(library.multiplyAdd(1000)).isEqualTo(1000 * library.multiplyAdd(1));
    assertThat(library.tier()).isIn("sse2", "avx2", "avx512", "neon");
  }
}
