import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * NVIDIA devices of this machine or container.
 *
 * @param capabilities compute capabilities, 90 for 9.0, each once; none if they are unknown
 * @param text what was found, for people
 */
record NvidiaDevices(boolean present, List<Integer> capabilities, String text) {

  private static final Pattern CAPABILITY = Pattern.compile("(?m)^\\s*(\\d+)\\.(\\d)\\s*$");
  private static final String NONE = "no NVIDIA device was found";

  /**
   * Asks nvidia-smi. Containers often have devices without it: then they are there, of unknown
   * capability. Under WSL it may lie off the PATH, and /dev/dxg may be any maker's.
   */
  static NvidiaDevices here() throws IOException, InterruptedException {
    boolean nodes = nodes();
    String program = "nvidia-smi";
    if (!CudaChoice.onPath(program)) {
      Path wsl = system("/usr/lib/wsl/lib/nvidia-smi");
      if (!Files.isExecutable(wsl)) {
        return nodes
            ? new NvidiaDevices(true, List.of(), "compute capability unknown without nvidia-smi")
            : new NvidiaDevices(false, List.of(), NONE);
      }
      program = wsl.toString();
    }
    Process process =
        new ProcessBuilder(program, "--query-gpu=compute_cap", "--format=csv,noheader")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return new NvidiaDevices(false, List.of(), "nvidia-smi did not answer within 30 s");
    }
    String said = new String(process.getInputStream().readAllBytes()).strip();
    TreeSet<Integer> capabilities = new TreeSet<>();
    Matcher matcher = CAPABILITY.matcher(said);
    while (matcher.find()) {
      capabilities.add(
          Integer.parseInt(matcher.group(1)) * 10 + Integer.parseInt(matcher.group(2)));
    }
    if (process.exitValue() == 0 && !capabilities.isEmpty()) {
      return new NvidiaDevices(true, List.copyOf(capabilities), "");
    }
    if (nodes && said.contains("not a valid field")) {
      return new NvidiaDevices(true, List.of(), "this nvidia-smi knows no compute capabilities");
    }
    String line = said.lines().findFirst().orElse("nothing");
    return new NvidiaDevices(false, List.of(), NONE + " (nvidia-smi says: " + line + ")");
  }

  private static boolean nodes() throws IOException {
    Path folder = system("/dev");
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.anyMatch(entry -> entry.getFileName().toString().matches("nvidia[0-9]+"));
    }
  }

  /** A file of the system; tests put another folder in front. */
  static Path system(String path) {
    return Path.of(System.getenv().getOrDefault("SGCONV_SYSTEM_ROOT", "") + path);
  }
}
