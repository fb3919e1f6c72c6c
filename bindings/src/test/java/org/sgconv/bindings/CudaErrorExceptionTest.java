package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which errors of CUDA end all use of a device. */
class CudaErrorExceptionTest {

  /** A comment of an enumeration's member, its name and its number. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(cudaError\\w+)\\s*=\\s*(\\d+)", Pattern.DOTALL);

  /** Of which the documentation does not say it: faults of hardware, and a context that is gone. */
  private static final Set<Integer> BESIDE = Set.of(214, 220, 709);

  private static Set<Integer> fatal() {
    return IntStream.range(0, 10_000)
        .filter(code -> error(CudaErrorException.Origin.RUNTIME, code).isFatal())
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static CudaErrorException error(CudaErrorException.Origin origin, int code) {
    return new CudaErrorException(origin, "cudaFunction", code, "text");
  }

  @Test
  void theyAreThoseOfCuda13() {
    assertThat(fatal())
        .containsExactly(
            214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911);
  }

  @Test
  void aLaunchThatIsTooLargeIsNone() {
    assertThat(fatal()).doesNotContain(0, 1, 2, 46, 701, 720, 900, 901, 908, 999);
  }

  /** cuFFT counts from 1 on its own. */
  @Test
  void errorsOfCufftAreNone() {
    assertThat(error(CudaErrorException.Origin.FFT, 700).isFatal()).isFalse();
  }

  @Test
  void theyAreThoseThatTheToolkitNames() throws Exception {
    Optional<Path> header =
        Stream.of(System.getenv("SGCONV_CUDA_INCLUDE"), "/usr/local/cuda/include")
            .filter(folder -> folder != null)
            .map(folder -> Path.of(folder, "driver_types.h"))
            .filter(Files::isRegularFile)
            .findFirst();
    assumeTrue(header.isPresent(), "SKIPPED: no driver_types.h of a CUDA toolkit here");
    Matcher member = MEMBER.matcher(Files.readString(header.get()));
    Set<Integer> named = new TreeSet<>(BESIDE);
    int count = 0;
    while (member.find()) {
      count++;
      if (member.group(1).replaceAll("[\\s*]+", " ").contains("terminated and relaunched")) {
        named.add(Integer.valueOf(member.group(3)));
      }
    }
    assertThat(count).as("errors in the header").isGreaterThan(90);
    assertThat(fatal()).containsAll(named);
    assertThat(named).as("of a toolkit as new as 13, all").hasSizeGreaterThan(10);
  }
}
