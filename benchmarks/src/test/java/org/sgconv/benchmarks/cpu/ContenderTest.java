package org.sgconv.benchmarks.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.peers.Library;

final class ContenderTest {

  private static final Map<String, String> INHERITED =
      Map.of("LD_PRELOAD", "/opt/libfftw3f.so.3", "GLIBC_TUNABLES", "a=1", "HOME", "/root");

  @Test
  void untunedIsAsThisProcess() {
    Contender contender = new Contender(Library.FFTW, false);
    assertThat(contender.environment(Map.of("HOME", "/root"))).isEmpty();
    assertThat(contender.environment(INHERITED))
        .containsOnly(
            Map.entry("LD_PRELOAD", "/opt/libfftw3f.so.3"), Map.entry("GLIBC_TUNABLES", "a=1"));
  }

  @Test
  void tunedHasTunablesOfItsOwn() {
    assertThat(new Contender(Library.MKL, true).environment(INHERITED))
        .containsEntry("LD_PRELOAD", "/opt/libfftw3f.so.3")
        .hasEntrySatisfying(
            "GLIBC_TUNABLES", it -> assertThat(it).contains("mmap_max=0").endsWith("hugetlb=1"));
    assertThat(new Contender(Library.PYTORCH, true).environment(Map.of()))
        .hasEntrySatisfying(
            "GLIBC_TUNABLES",
            it -> assertThat(it).contains("mmap_max=0").doesNotContain("hugetlb"));
  }
}
