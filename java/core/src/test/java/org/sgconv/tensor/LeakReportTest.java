package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.bindings.process.HeldBytes;

/** Leaks are reported on standard error by a JVM of its own, where nothing else is logged. */
@Timeout(120)
class LeakReportTest {

  @Test
  void namesTheTensorAndThePlace() throws Exception {
    assertThat(run("leak"))
        .contains("WARNING")
        .contains("tensor FLOAT32 (3, 5) (60 bytes) was never closed and its memory is lost")
        .contains("LeakingProgram.allocate(LeakReportTest.java:")
        .contains("-Dsgconv.tensor.trace=true shows more");
  }

  @Test
  void tracingShowsTheWholeStack() throws Exception {
    assertThat(run("leak", "-Dsgconv.tensor.trace=true"))
        .contains("was never closed")
        .contains("LeakingProgram.allocate(")
        .contains("LeakingProgram.descend(")
        .contains("LeakingProgram.main(")
        .doesNotContain("shows more");
  }

  @Test
  void saysNothingOfTensorsThatWereClosed() throws Exception {
    assertThat(run("close")).isEmpty();
  }

  @Test
  void tracingRemembersWhereAViewWasMade() throws Exception {
    assertThat(run("view", "-Dsgconv.tensor.trace=true"))
        .contains("view FLOAT32 (5) is closed; made")
        .contains("LeakingProgram.main(");
  }

  /** Standard error of the program. */
  private static String run(String what, String... options)
      throws IOException, InterruptedException, URISyntaxException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            location(Tensor.class)
                + File.pathSeparator
                + location(HeldBytes.class)
                + File.pathSeparator
                + location(LeakReportTest.class),
            LeakingProgram.class.getName(),
            what));
    Process process = new ProcessBuilder(command).start();
    process.getOutputStream().close();
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(errors).isZero();
    return errors;
  }

  private static Path location(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** Makes tensors and closes them, or not. */
  static final class LeakingProgram {

    private LeakingProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
      switch (arguments[0]) {
        case "leak" -> descend(8);
        case "view" -> {
          Tensor tensor = allocate();
          Tensor view = tensor.slice(0);
          view.close();
          try {
            view.get(0);
          } catch (org.sgconv.TensorClosedException expected) {
            System.err.println(expected.getMessage());
          }
          tensor.close();
        }
        default -> allocate().close();
      }
      for (int i = 0; i < 20; i++) {
        System.gc();
        Thread.sleep(20);
        allocate().close(); // what was lost is reported with the next allocation
      }
    }

    private static void descend(int depth) {
      if (depth > 0) {
        descend(depth - 1);
      } else {
        allocate();
      }
    }

    private static Tensor allocate() {
      return Tensor.zeros(DType.FLOAT32, 3, 5);
    }
  }
}
