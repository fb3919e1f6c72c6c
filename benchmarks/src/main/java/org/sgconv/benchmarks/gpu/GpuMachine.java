package org.sgconv.benchmarks.gpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sgconv.BackendInfo;
import org.sgconv.benchmarks.cpu.Machine;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceBackend;

/**
 * Where and from what the numbers come.
 *
 * @param gpu product and driver, as nvidia-smi gives them, or the device's name
 * @param emulated whether there was no GPU but the emulated device of the tests, whose times mean
 *     nothing
 * @param libraries CUDA runtime, CUDA kernels and cuFFT: files and versions
 * @param commit of the sources, with {@code -dirty} if they differed from it when the run began or
 *     ended
 * @param time when the run began
 */
public record GpuMachine(
    String gpu,
    String device,
    boolean emulated,
    long memoryBytes,
    List<String> libraries,
    String version,
    String system,
    String jdk,
    String commit,
    String time) {

  private static final Pattern PCI = Pattern.compile("PCI ([0-9A-Fa-f:.]+)");

  static GpuMachine describe(DeviceBackend backend) throws IOException {
    BackendInfo info = backend.info();
    Device device = backend.stream().device();
    boolean emulated = info.instructionSet().equals("emulated");
    return new GpuMachine(
        emulated ? "emulated device" : product(device),
        device.name(),
        emulated,
        device.totalMemory(),
        info.libraries(),
        info.version(),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version"),
        Machine.commitOfSources(),
        Instant.now().toString());
  }

  /** This machine once a run that it was described for is over: {@code commit} is what changes. */
  GpuMachine atEnd() throws IOException {
    return new GpuMachine(
        gpu,
        device,
        emulated,
        memoryBytes,
        libraries,
        version,
        system,
        jdk,
        Machine.commitOfRun(commit, Machine.commitOfSources()),
        time);
  }

  /** The product as a folder's name: letters, digits and hyphens. */
  public String folderName() {
    return gpu.replaceAll(",.*", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^a-z0-9]+", "-")
        .replaceAll("^-|-$", "");
  }

  /** The CUDA runtime does not give the product's name in a form that bindings can take. */
  private static String product(Device device) {
    Matcher address = PCI.matcher(device.name());
    if (!address.find()) {
      return device.name();
    }
    try {
      Process process =
          new ProcessBuilder(
                  "nvidia-smi",
                  "--query-gpu=name,driver_version",
                  "--format=csv,noheader",
                  "--id=" + address.group(1))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      // Waited for first: on a broken driver it may hang for ever. What it prints is one line.
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        return device.name();
      }
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return text.isBlank() ? device.name() : text.strip().replace(", ", ", driver ");
    } catch (IOException absent) {
      return device.name();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return device.name();
    }
  }
}
