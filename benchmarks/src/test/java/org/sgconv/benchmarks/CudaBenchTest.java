package org.sgconv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.Backends;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.RepeatCheck;
import org.sgconv.benchmarks.model.ResultCheck;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.benchmarks.report.ResultsJson;
import org.sgconv.cli.Cli;
import org.sgconv.cli.ExitStatus;
import org.sgconv.device.Device;
import org.sgconv.tensor.Tensor;

/**
 * The GPU benchmark at tiny shapes on the emulated device: what it computes is right, what it
 * writes can be read; the times mean nothing and say so.
 */
@Tag("cuda")
@Tag("emulation")
class CudaBenchTest {

  private static final String[] TINY = {
    "bench", "--gpu", "--quick", "--shapes", "2,3,64;1,2,300", "--types", "float32,bfloat16,float16"
  };

  @TempDir Path folder;

  private Cli bench(Object... more) {
    Object[] all = new Object[TINY.length + more.length];
    System.arraycopy(TINY, 0, all, 0, TINY.length);
    System.arraycopy(more, 0, all, TINY.length, more.length);
    return Cli.run(all);
  }

  @Test
  void measuresEveryCaseAndLabelsItEmulated() throws Exception {
    Device device = Device.all(Backends.cuda()).getFirst();
    long tensors = Tensor.openCount();
    Cli cli = bench("--output", folder, "--no-torch");
    assertThat(cli.status()).as(cli.out() + cli.err()).isZero();
    assertThat(cli.out())
        .startsWith("EMULATED DEVICE: these times say nothing about any GPU")
        .contains("pytorch: not measured: not asked for", "sgconv cufft", "sgconv fused");
    assertThat(Tensor.openCount()).isEqualTo(tensors);
    assertThat(device.allocationCount()).as("the workspace alone").isLessThanOrEqualTo(1);

    Results results = ResultsJson.read(folder.resolve("gpu.json"));
    assertThat(results.machine().isEmulated()).isTrue();
    assertThat(results.limits().copyBandwidth()).isPositive();
    assertThat(results.measurements()).hasSize(2 * 3 * 2 * 2);
    for (Measurement each : results.measurements()) {
      assertThat(each.failure()).isNull();
      assertThat(each.times().samplesMs()).hasSizeGreaterThanOrEqualTo(5).allMatch(ms -> ms > 0);
      assertThat(each.times().spread()).isGreaterThanOrEqualTo(1);
      assertThat(results.partOfLimit(each)).isPositive();
      Workload shape = each.what().shape();
      String type = each.what().typeName();
      long signals = each.what().operation() == Operation.FORWARD ? 2 : 3;
      long bytes = each.what().type().byteSize();
      assertThat(each.heldBytes()).isGreaterThan(signals * bytes * shape.signalSize());
      // The tensors of one set, whole: they are small.
      long elements = shape.signalSize();
      long gradients = 4L * shape.hidden() * (shape.length() + 1);
      assertThat(each.repeated())
          .isEqualTo(new RepeatCheck(elements * bytes + (signals == 2 ? 0 : gradients), null));
      assertThat(each.checks())
          .extracting(ResultCheck::result)
          .isEqualTo(signals == 2 ? List.of("y") : List.of("du", "dk", "dD"));
      for (ResultCheck check : each.checks()) {
        // Gradients of parameters are float32, whatever the signals are.
        boolean narrow = check.result().equals("y") || check.result().equals("du");
        double bound =
            !narrow || type.equals("float32") ? 1e-6 : type.equals("bfloat16") ? 2.5e-3 : 4e-4;
        assertThat(check.relativeError()).as(each.toString()).isLessThan(bound);
        assertThat(check.ofBound()).as(each.toString()).isBetween(0.0, 1.0);
        if (!check.result().equals("dD")) { // a single value may be exact
          assertThat(check.relativeError()).as(each.toString()).isPositive();
        }
      }
    }
    // Each went its own way: they round differently.
    assertThat(single(results, "y")).hasSize(4).doesNotHaveDuplicates();
    assertThat(single(results, "du")).hasSize(4).doesNotHaveDuplicates();
    assertThat(single(results, "dk")).hasSize(4).doesNotHaveDuplicates();
    assertThat(cli.out())
        .containsPattern("same bits +y ")
        .containsPattern("same bits  du .*, dk .*, dD ");
    assertThat(ImageIO.read(folder.resolve("gpu.png").toFile()).getWidth()).isPositive();
  }

  private static List<Double> single(Results results, String result) {
    return results.measurements().stream()
        .filter(each -> each.what().typeName().equals("float32"))
        .flatMap(each -> each.checks().stream())
        .filter(check -> check.result().equals(result))
        .map(ResultCheck::relativeError)
        .toList();
  }

  @Test
  void isNeverWrittenAmongResults() throws Exception {
    Path results = Files.createDirectory(folder.resolve("results"));
    Cli cli = bench("--output", results.resolve("emulated"), "--no-torch");
    assertThat(cli.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(cli.err()).contains("emulated device");
    assertThat(results).isEmptyDirectory();
  }

  @Test
  void drawsFromAFile() {
    assertThat(bench("--output", folder, "--no-torch").status()).isZero();
    Path other = folder.resolve("other");
    Cli cli = Cli.run("bench", "--gpu", "--from", folder.resolve("gpu.json"), "--output", other);
    assertThat(cli.status()).as(cli.err()).isZero();
    assertThat(other.resolve("gpu.png")).isNotEmptyFile();
    assertThat(other.resolve("gpu.txt")).hasSameTextualContentAs(folder.resolve("gpu.txt"));

    assertThat(Cli.run("bench", "--gpu", "--from", other.resolve("gpu.json")).out())
        .contains("wrote gpu.txt and gpu.json to " + other);
  }

  /** The device has 32 MiB here: this shape would need 64 for u and y alone. */
  @Test
  void takesLessBatchWhereMemoryIsShort() throws Exception {
    Cli cli =
        Cli.run(
            "bench",
            "--gpu",
            "--quick",
            "--no-torch",
            "--shapes",
            "512,64,256",
            "--output",
            folder);
    assertThat(cli.status()).as(cli.out() + cli.err()).isZero();
    for (Measurement each : ResultsJson.read(folder.resolve("gpu.json")).measurements()) {
      assertThat(each.what().shape().batch()).isBetween(1, 256);
      assertThat(each.what().shape().length()).isEqualTo(256);
    }
  }
}
