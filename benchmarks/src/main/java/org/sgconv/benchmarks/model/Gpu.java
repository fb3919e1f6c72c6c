package org.sgconv.benchmarks.model;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sgconv.Backend;
import org.sgconv.BackendInfo;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;

/**
 * A GPU and the libraries that use it.
 *
 * @param product and driver, as nvidia-smi gives them, or the device's name
 * @param emulated whether there was no GPU but the emulated device of the tests, whose times mean
 *     nothing
 * @param libraries CUDA runtime, CUDA kernels and cuFFT: files and versions
 * @param version of the CUDA backend
 */
public record Gpu(
    String product,
    String device,
    boolean emulated,
    long memoryBytes,
    List<String> libraries,
    String version) {

  private static final Pattern PCI = Pattern.compile("PCI ([0-9A-Fa-f:.]+)");

  /** That of the backend. */
  public static Gpu describe(Backend backend) {
    BackendInfo info = backend.info();
    Device device = Stream.of(backend).device();
    boolean emulated = info.instructionSet().equals("emulated");
    return new Gpu(
        emulated ? "emulated device" : product(device),
        device.name(),
        emulated,
        device.totalMemory(),
        info.libraries(),
        info.version());
  }

  /** The CUDA runtime does not give the product's name in a form that bindings can take. */
  private static String product(Device device) {
    Matcher address = PCI.matcher(device.name());
    if (!address.find()) {
      return device.name();
    }
    return ToolOutput.of(
            "nvidia-smi",
            "--query-gpu=name,driver_version",
            "--format=csv,noheader",
            "--id=" + address.group(1))
        .filter(line -> !line.isEmpty())
        .map(line -> line.replace(", ", ", driver "))
        .orElse(device.name());
  }
}
