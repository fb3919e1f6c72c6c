package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which devices run CUDA kernels that were compiled for these architectures. */
class CudaArchitecturesTest {

  private static final int[] DEVICES = {70, 75, 80, 86, 89, 90, 100, 103, 110, 120, 121};

  @ParameterizedTest
  @CsvSource({
    "80-real 90, 80 86 89 90 100 103 110 120 121", // code of 9.0 and PTX, which the driver compiles
    "80-real, 80 86 89",
    "86-real, 86 89",
    "90-real, 90",
    "90a, 90",
    "90a-real, 90",
    "100f-real, 100 103",
    "80-virtual, 80 86 89 90 100 103 110 120 121",
    "80-real;90-real;120-real, 80 86 89 90 120 121",
    // What is published, and why it has PTX of 9.0: no code is for 11.0.
    "80-real 86-real 89-real 90 100-real 120-real, 80 86 89 90 100 103 110 120 121",
    "80-real 86-real 89-real 90-real 100-real 120-real, 80 86 89 90 100 103 120 121",
    "75, 80 86 89 90 100 103 110 120 121", // as the sources need 8.0
    "native, 80 86 89 90 100 103 110 120 121",
    "emulated, 80 86 89 90 100 103 110 120 121"
  })
  void runOnTheDevicesThatTheyServe(String compiled, String expected) {
    CudaArchitectures architectures = new CudaArchitectures(compiled);
    assertThat(IntStream.of(DEVICES).filter(architectures::runOn).mapToObj(String::valueOf))
        .containsExactly(expected.split(" ", -1));
  }
}
