package org.sgconv.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backends;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.DeviceBackend;
import org.sgconv.tensor.DType;

/** A path is timed under its own name, where the backend really takes it. */
@Tag("cuda")
@Tag("emulation")
class GpuPathTest {

  /** More than any fused size. */
  private static final int TOO_LONG = 20 << 20;

  private final DeviceBackend backend = DeviceBackend.of(Backends.named("cuda"));

  private static GpuCase of(int length) {
    return new GpuCase(new Workload(1, 1, length), DType.FLOAT32, GpuOperation.FORWARD);
  }

  @ParameterizedTest
  @EnumSource
  void convolutionsTakeTheirPath(GpuPath path) {
    String given = System.getProperty("sgconv.cuda.path");
    try (LongConvolution convolution = path.create(backend, of(1000))) {
      assertThat(convolution.path()).contains(path.id());
    }
    assertThat(System.getProperty("sgconv.cuda.path")).isEqualTo(given);
  }

  @Test
  void onlyPathsThatThereAreAreTimed() {
    assertThat(GpuPath.of(backend, of(1000))).containsExactly(GpuPath.FUSED, GpuPath.CUFFT);
    assertThat(GpuPath.of(backend, of(TOO_LONG))).containsExactly(GpuPath.CUFFT);
  }
}
