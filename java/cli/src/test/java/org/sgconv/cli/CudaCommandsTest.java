package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.cli.report.Jvm;
import org.sgconv.device.Device;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.Tensor;

/**
 * The commands on a CUDA device: in the build the emulated one, in a JVM of their own. Files and
 * checks are the host's, what computes is the device.
 */
@Tag("cuda")
class CudaCommandsTest {

  @TempDir Path folder;

  private Device device;

  @BeforeEach
  void requireDevice() {
    device = Device.all(Backends.cuda()).getFirst();
  }

  @Test
  void infoListsTheDeviceWithItsMemory() throws Exception {
    Cli cli = Cli.run("info");
    assertThat(cli.status()).isZero();
    assertThat(cli.out()).contains("backend cuda (default here)", "libcudart", "libcufft");
    assertThat(cli.out())
        .containsPattern("device +CUDA device 0 .*, [0-9.]+ GiB of memory, [0-9.]+ free");
    JsonNode facts = new ObjectMapper().readTree(Cli.run("info", "--json").out());
    for (JsonNode backend : facts.get("backends")) {
      if (backend.get("name").asText().equals("cuda")) {
        assertThat(backend.get("devices").get(0).asText()).contains("GiB of memory");
        return;
      }
    }
    throw new AssertionError("no backend cuda in " + facts);
  }

  @Test
  void runsAndChecksEveryStepOnTheDevice() throws Exception {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 2, 300);
    long tensors = Tensor.openCount();
    Cli cli = Cli.run("run", input, "--backend", "cuda", "-o", folder.resolve("out.wav"));
    assertThat(cli.status()).as(cli.err()).isZero();
    assertThat(cli.out())
        .contains("float64 reference: passed")
        .containsPattern("(?m)^backend  cuda [^:]+: .*, CUDA device 0 ")
        .doesNotContainPattern("(?m)^backend  .* thread")
        .containsPattern("(?m)^backward +\\(2, 1, 300\\) +cuda .* [0-9.]+e-0[7-9]$");
    assertThat(folder.resolve("out.wav")).isNotEmptyFile();
    assertThat(Tensor.openCount()).isEqualTo(tensors);
    long held = device.allocationCount();
    assertThat(Cli.run("run", input, "--backend", "cuda").status()).isZero();
    assertThat(device.allocationCount()).as("on the device, after another run").isEqualTo(held);
  }

  /** What a file gets is what the device computed: all that a run writes, against the CPU's. */
  @Test
  void writesWhatTheDeviceComputed() {
    Path input = SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 2, 3, 257);
    Path here = folder.resolve("cpu.safetensors");
    Path there = folder.resolve("cuda.safetensors");
    for (Path output : List.of(here, there)) {
      String backend = output.getFileName().toString().replace(".safetensors", "");
      Cli cli = Cli.run("run", input, "--preset", "path-x", "--backend", backend, "-o", output);
      assertThat(cli.status()).as(cli.err()).isZero();
    }
    try (Safetensors expected = Safetensors.open(here);
        Safetensors actual = Safetensors.open(there)) {
      assertThat(actual.names()).isEqualTo(expected.names()).contains("y", "grad.weights");
      for (String name : expected.names()) {
        try (Tensor one = expected.read(name);
            Tensor other = actual.read(name)) {
          double error = 0;
          double scale = 0;
          for (long i = 0; i < one.elementCount(); i++) {
            error += Math.pow(one.getFlat(i) - other.getFlat(i), 2);
            scale += Math.pow(one.getFlat(i), 2);
          }
          assertThat(Math.sqrt(error / scale)).as(name).isLessThan(2e-6);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "causal:1:2x96x1",
        "causal:257:2x3x2",
        "bidirectional:1000:1x2x1",
        "circular:997:2x2x1",
        "causal:257:3x2x1:k=40:rows=257,1,96",
        "bidirectional:1000:2x1x2:noise:k=2000:rows=1000,333",
        "circular:256:2x2x1:speech:k=85",
        "kernel:concatenate:linear:geometric:5x4x1x2x24:77",
        "kernel:sum:nearest:power:32x3x0x1x24:131"
      })
  void verifiesOnTheDevice(String testCase) {
    long tensors = Tensor.openCount();
    long held = device.allocationCount();
    Cli cli = Cli.run("verify", "--backend", "cuda", "--seed", 7, "--case", testCase);
    assertThat(cli.status()).as(cli.out() + cli.err()).isZero();
    assertThat(cli.out()).contains("cuda against the float64 reference", "passed");
    assertThat(Tensor.openCount()).isEqualTo(tensors);
    assertThat(device.allocationCount()).isLessThanOrEqualTo(held + 1); // the stream's workspace
  }

  /** Device 0 is another process's, which shows when it is used: the next one computes. */
  @Test
  @Tag("emulation")
  void namesTheDeviceThatComputed() throws Exception {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 1, 300);
    String libraries = "-Dsgconv.library.path=" + System.getProperty("sgconv.library.path");
    ProcessBuilder run =
        new ProcessBuilder(
            Jvm.command(
                List.of(libraries), Main.class, "run", input.toString(), "--backend", "cuda"));
    run.environment().put("SGCONV_EMULATED_DEVICES", "3");
    run.environment().put("SGCONV_EMULATED_UNUSABLE", "46,0,0"); // cudaErrorDevicesUnavailable
    Process process = run.redirectErrorStream(true).start();
    try (var out = process.inputReader()) {
      assertThat(out.readAllAsString())
          .containsPattern("(?m)^backend  cuda [^:]+: .*, CUDA device 1 ")
          .contains("float64 reference: passed");
    }
    assertThat(process.waitFor()).isZero();
  }

  /** The emulated device is given 32 MiB, this signal takes 40 MB. */
  @Test
  @Tag("emulation")
  void whatTheDeviceCannotHoldIsOneLine() throws Exception {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 1, 100_000);
    long held = device.allocationCount();
    long tensors = Tensor.openCount();
    Cli cli = Cli.run("run", input, "--backend", "cuda", "--hidden", 100);
    assertThat(cli.status()).as(cli.out()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(cli.err().lines()).as(cli.err()).hasSize(1);
    assertThat(cli.err()).contains("40000000 bytes", "cuda:0", "-Dsgconv.cuda.memory");
    assertThat(Tensor.openCount()).isEqualTo(tensors);
    assertThat(device.allocationCount()).isEqualTo(held);
  }
}
