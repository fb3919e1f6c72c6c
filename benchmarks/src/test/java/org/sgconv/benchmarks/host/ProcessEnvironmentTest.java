package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;

final class ProcessEnvironmentTest {

  private static final Map<String, String> INHERITED =
      Map.of("LD_PRELOAD", "/opt/libfftw3f.so.3", "GLIBC_TUNABLES", "a=1", "HOME", "/root");

  @Test
  void untunedIsAsThisProcess() {
    Contender contender = Contender.of(Library.FFTW);
    assertThat(ProcessEnvironment.of(contender, Map.of("HOME", "/root"))).isEmpty();
    assertThat(ProcessEnvironment.of(contender, INHERITED))
        .containsOnly(
            Map.entry("LD_PRELOAD", "/opt/libfftw3f.so.3"), Map.entry("GLIBC_TUNABLES", "a=1"));
  }

  @Test
  void tunedHasTunablesOfItsOwn() {
    assertThat(ProcessEnvironment.of(Contender.tuned(Library.MKL), INHERITED))
        .containsEntry("LD_PRELOAD", "/opt/libfftw3f.so.3")
        .hasEntrySatisfying(
            "GLIBC_TUNABLES", it -> assertThat(it).contains("mmap_max=0").endsWith("hugetlb=1"));
    assertThat(ProcessEnvironment.of(Contender.tuned(Library.PYTORCH), Map.of()))
        .hasEntrySatisfying(
            "GLIBC_TUNABLES",
            it -> assertThat(it).contains("mmap_max=0").doesNotContain("hugetlb"));
  }
}
