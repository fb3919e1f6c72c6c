package org.sgconv.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.conv.LongConvolution;

/** A path is timed under its own name, where the backend really takes it. */
@Tag("cuda")
@Tag("emulation")
class DevicePathTest {

  /** More than any fused size. */
  private static final int TOO_LONG = 20 << 20;

  private final Backend backend = Backends.cuda();

  private static BenchmarkCase of(int length) {
    return new BenchmarkCase(Operation.FORWARD, new Workload(1, 1, length));
  }

  @ParameterizedTest
  @EnumSource
  void convolutionsTakeTheirPath(DevicePath path) {
    String given = System.getProperty("sgconv.cuda.path");
    try (LongConvolution convolution = path.create(backend, of(1000))) {
      assertThat(convolution.path()).contains(path.id());
    }
    assertThat(System.getProperty("sgconv.cuda.path")).isEqualTo(given);
  }

  @Test
  void onlyPathsThatThereAreAreTimed() {
    assertThat(DevicePath.of(backend, of(1000)))
        .containsExactly(DevicePath.FUSED, DevicePath.CUFFT);
    assertThat(DevicePath.of(backend, of(TOO_LONG))).containsExactly(DevicePath.CUFFT);
  }
}
