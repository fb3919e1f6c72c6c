import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Whether the CUDA library is built and for what.
 *
 * @param setting AUTO, ON or OFF, for CMake
 * @param architectures for CMake, without any its own list, which is that of a release
 * @param reason why CUDA is off, or why its architectures are these
 */
record CudaChoice(String setting, List<String> architectures, String reason) {

  private static final String HOW = "SGCONV_CUDA=ON ./sgconv ... builds it";
  private static final int LEAST_CAPABILITY = 80;

  /** Follows SGCONV_CUDA (AUTO unless set) and the devices of this machine. */
  static CudaChoice here() throws BuildFailedException, IOException, InterruptedException {
    String wanted = System.getenv().getOrDefault("SGCONV_CUDA", "").toUpperCase(Locale.ROOT);
    if (wanted.equals("OFF")) {
      return new CudaChoice("OFF", List.of(), "SGCONV_CUDA is OFF; " + HOW);
    }
    if (!List.of("", "AUTO", "ON").contains(wanted)) {
      throw new BuildFailedException(
          "SGCONV_CUDA is '" + System.getenv("SGCONV_CUDA") + "'; expected AUTO, ON or OFF");
    }
    NvidiaDevices devices = NvidiaDevices.here();
    List<Integer> usable =
        devices.capabilities().stream().filter(value -> value >= LEAST_CAPABILITY).toList();
    boolean tooOld = usable.isEmpty() && !devices.capabilities().isEmpty();
    if (!wanted.equals("ON") && (!devices.present() || tooOld)) {
      String found =
          tooOld
              ? "the NVIDIA devices have compute capability "
                  + versions(devices.capabilities())
                  + ", sgconv needs 8.0"
              : devices.text();
      return new CudaChoice("OFF", List.of(), found + "; " + HOW);
    }
    String setting = wanted.isEmpty() ? "AUTO" : wanted;
    if (usable.isEmpty()) {
      return new CudaChoice(setting, List.of(), devices.text());
    }
    List<String> known = architecturesOfCompiler();
    if (!known.isEmpty()
        && !usable.stream().allMatch(value -> known.contains("compute_" + value))) {
      // Code for the newest that this compiler knows, with PTX, which later devices compile.
      return new CudaChoice(
          setting, List.of(), "nvcc does not know compute capability " + versions(usable));
    }
    return new CudaChoice(
        setting,
        usable.stream().map(value -> value + "-real").toList(),
        "compute capability " + versions(usable));
  }

  /** One line for people. */
  String text() {
    if (setting.equals("OFF")) {
      return "without CUDA: " + reason;
    }
    return architectures.isEmpty()
        ? "with CUDA for every architecture, which takes minutes: " + reason
        : "with CUDA for " + reason;
  }

  List<String> cmakeOptions() {
    List<String> options = new ArrayList<>();
    options.add("-DSGCONV_CUDA=" + setting);
    options.add(
        "-DSGCONV_CUDA_ABSENCE="
            + (setting.equals("OFF")
                ? reason
                : "nvcc was not found: install the CUDA toolkit, put nvcc on the PATH or set CUDACXX"));
    // -U: back to CMake's own list.
    options.add(
        architectures.isEmpty()
            ? "-USGCONV_CUDA_ARCHITECTURES"
            : "-DSGCONV_CUDA_ARCHITECTURES=" + String.join(";", architectures));
    return options;
  }

  /** Where the compiler is, if it is only where NVIDIA's installer puts it. */
  Map<String, String> environment() {
    Path usual = NvidiaDevices.system("/usr/local/cuda/bin/nvcc");
    boolean found = System.getenv("CUDACXX") != null || onPath("nvcc");
    return setting.equals("OFF") || found || !Files.isExecutable(usual)
        ? Map.of()
        : Map.of("CUDACXX", usual.toString());
  }

  private static List<String> architecturesOfCompiler() throws IOException, InterruptedException {
    String compiler = System.getenv().getOrDefault("CUDACXX", "nvcc");
    if (!onPath(compiler) && !Files.isExecutable(Path.of(compiler))) {
      compiler = NvidiaDevices.system("/usr/local/cuda/bin/nvcc").toString();
    }
    try {
      Process process =
          new ProcessBuilder(compiler, "--list-gpu-arch").redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes());
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0
          ? said.lines().map(String::strip).toList()
          : List.of();
    } catch (IOException absent) {
      return List.of(); // CMake says that it is not there
    }
  }

  static boolean onPath(String program) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private static String versions(List<Integer> capabilities) {
    return String.join(
        " and ",
        new TreeSet<>(capabilities).stream().map(value -> value / 10 + "." + value % 10).toList());
  }
}
