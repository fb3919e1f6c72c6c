import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The C++ and, with a device, CUDA libraries for this machine's instruction set and devices. */
final class NativeStep {

  private static final Set<String> TIERS = Set.of("baseline", "avx2", "avx512", "neon");

  private static final Pattern DONE = Pattern.compile("(?m)^\\[ *(\\d+/\\d+|\\d+%)\\]");

  private final Path checkout;
  private final Path target;
  private final Path work;
  private final CudaChoice cuda;
  private final Progress progress;

  NativeStep(Path checkout, Path target, CudaChoice cuda, Progress progress) {
    this.checkout = checkout;
    this.target = target;
    this.work = target.resolve("work");
    this.cuda = cuda;
    this.progress = progress;
  }

  /** CMake's build folder, which is no other build's. */
  static Path tree(Path checkout) {
    return checkout.resolve("native", "target", "cmake-launcher");
  }

  /** Folders of resources for the jar. */
  List<Path> resources() {
    return List.of(work.resolve("natives"), work.resolve("bench"));
  }

  void run() throws BuildFailedException, IOException, InterruptedException {
    Path log = target.resolve("native.log");
    Files.deleteIfExists(log);
    progress.step("compiling native code", () -> done(log));
    Map<String, String> environment = new HashMap<>(cuda.environment());
    environment.put("SGCONV_PRESET", "launcher");
    environment.put("SGCONV_SKIP_TESTS", "true");
    environment.put("SGCONV_SKIP", "false");
    environment.put("SGCONV_CLASSES", work.resolve("natives").toString());
    environment.put("SGCONV_BENCH", work.resolve("bench").toString());
    environment.put("SGCONV_NAR_STAGE", "");
    List<String> command = new ArrayList<>(List.of("sh", "native/build.sh", "build"));
    command.add("-DSGCONV_CPU_BUILT_TIERS=" + tiers());
    command.addAll(cuda.cmakeOptions());
    if (remembersNoCompiler()) {
      command.add("-UCMAKE_CUDA_COMPILER");
    }
    Command.run("compiling native code", checkout, log, environment, command);
    progress.done("compiling native code");
  }

  /** CMake never looks again for a compiler that it once did not find. */
  private boolean remembersNoCompiler() throws IOException {
    Path cache = tree(checkout).resolve("CMakeCache.txt");
    return Files.exists(cache)
        && Files.readString(cache, StandardCharsets.ISO_8859_1)
            .contains("\nCMAKE_CUDA_COMPILER:FILEPATH=NOTFOUND\n");
  }

  /** Whether a CUDA library came out: with nvcc missing there is none, though it was wanted. */
  String cuda() throws IOException {
    return Trees.files(work.resolve("natives")).stream()
            .anyMatch(file -> file.getFileName().toString().startsWith("libsgconv_cuda."))
        ? "with"
        : "without";
  }

  /** What the library would choose here, and a tier that the user asks for. */
  private static String tiers() {
    String forced = System.getenv().getOrDefault("SGCONV_CPU_TIER", "");
    return TIERS.contains(forced) ? "native;" + forced : "native";
  }

  /** How far ninja or make is, or nothing. */
  private static String done(Path log) {
    try {
      String said = Files.readString(log, StandardCharsets.ISO_8859_1);
      Matcher matcher = DONE.matcher(said);
      String last = "";
      while (matcher.find()) {
        last = " " + matcher.group(1);
      }
      return last;
    } catch (IOException e) {
      return "";
    }
  }
}
