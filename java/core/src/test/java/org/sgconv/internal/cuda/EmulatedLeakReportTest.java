package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.bindings.CudaRuntime;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Memory of a device and pinned memory that nobody closes is reported as the host's is. */
@OnEmulatedDevice
@Timeout(120)
class EmulatedLeakReportTest {

  @Test
  void lostTensorsAreNamedWithTheirPlace() throws Exception {
    assertThat(run("leak"))
        .contains("tensor FLOAT32 (3, 5) on cuda:0 stream 0 (60 bytes) was never closed")
        .contains("tensor FLOAT32 (7) on cuda:0 stream 0 (28 bytes) was never closed")
        .contains("tensor FLOAT16 (3, 5) pinned (30 bytes) was never closed")
        .contains("LeakingProgram.allocate(EmulatedLeakReportTest.java:");
  }

  @Test
  void closedTensorsAreNotMentioned() throws Exception {
    assertThat(run("close")).doesNotContain("never closed");
  }

  /** Standard error of the program. */
  private static String run(String what) throws Exception {
    String classes =
        java.util.stream.Stream.of(Tensor.class, CudaRuntime.class, EmulatedLeakReportTest.class)
            .map(EmulatedLeakReportTest::location)
            .collect(Collectors.joining(System.getProperty("path.separator")));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dsgconv.library.path=" + System.getProperty("sgconv.library.path"),
                "-cp",
                classes,
                LeakingProgram.class.getName(),
                what)
            .start();
    process.getOutputStream().close();
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(errors).isZero();
    return errors;
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes tensors of a device and closes them, or not. */
  static final class LeakingProgram {

    private LeakingProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
      allocate(arguments[0].equals("leak"));
      for (int i = 0; i < 20; i++) {
        System.gc();
        Thread.sleep(20);
        Tensor.zeros(DType.FLOAT32, 1).close(); // what was lost is reported with an allocation
      }
    }

    private static void allocate(boolean leak) {
      Backend cuda = Backends.named("cuda");
      Tensor[] made = {
        Tensor.zeros(cuda, DType.FLOAT32, 3, 5),
        Tensor.of(cuda, new float[7], 7),
        Tensor.pinned(cuda, DType.FLOAT16, 3, 5)
      };
      if (!leak) {
        Tensor.closeAll(made);
      }
    }
  }
}
