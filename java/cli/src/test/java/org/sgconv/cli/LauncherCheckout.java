package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.cli.report.Jvm;

/**
 * The launcher in a small checkout, with stand-ins for Maven, the native build and the machine's
 * devices.
 */
abstract class LauncherCheckout {

  static final String MAIN = "java/cli/src/main/java/org/sgconv/cli/Main.java";

  static final String PROGRAM =
      """
      package org.sgconv.cli;
      public class Main {
        public static void main(String[] args) {
          System.out.println("%s " + String.join(" ", args));
        }
      }
      """;

  /** Notes what it is asked for, then does what the test wants. */
  private static final String NATIVE_BUILD =
      """
      echo "native $*" >>"$FAKE/calls"
      if [ -f "$FAKE/native" ]; then . "$FAKE/native"; fi
      rm -rf "$SGCONV_CLASSES"
      mkdir -p "$SGCONV_CLASSES" "$SGCONV_BENCH"
      case $* in
        *-DSGCONV_CUDA=OFF*) ;;
        *) if command -v nvcc >/dev/null; then : >"$SGCONV_CLASSES/libsgconv_cuda.so"; fi ;;
      esac
      """;

  private static final String MAVEN =
      """
      #!/bin/sh
      echo "maven $*" >>"$FAKE/calls"
      if [ -f "$FAKE/maven" ]; then . "$FAKE/maven"; fi
      for option; do case $option in -DoutputDirectory=*) mkdir -p "${option#*=}" ;; esac; done
      """;

  /** Of a variable that is not to be there. */
  static final String ABSENT = "(absent)";

  @TempDir Path folder;

  Path checkout;

  Path fake;

  Path system;

  Path tools;

  final Map<String, String> environment = new HashMap<>();

  record Outcome(int status, String out, String err) {}

  @BeforeEach
  void assemble() throws IOException {
    checkout = folder.resolve("check out"); // a blank, as people have them
    fake = Files.createDirectory(folder.resolve("fake"));
    system = Files.createDirectory(folder.resolve("system"));
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool :
        List.of(
            "cat",
            "cksum",
            "cut",
            "find",
            "getent",
            "grep",
            "head",
            "id",
            "ls",
            "mkdir",
            "readlink",
            "rm",
            "sed",
            "sh",
            "sleep",
            "sort",
            "touch",
            "uname")) {
      Path place = Files.exists(Path.of("/usr/bin", tool)) ? Path.of("/usr/bin") : Path.of("/bin");
      executable(tools.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(place.resolve(tool)));
    }
    Path root = Path.of(System.getProperty("sgconv.root"));
    executable(checkout.resolve("sgconv"), Files.readString(root.resolve("sgconv")));
    try (Stream<Path> sources = Files.list(root.resolve("tools/launcher"))) {
      for (Path source : sources.toList()) {
        source("tools/launcher/" + source.getFileName(), Files.readString(source));
      }
    }
    source("pom.xml", "<artifactId>sgconv-parent</artifactId><version>1</version>");
    source("benchmarks/libraries/pom.xml", "");
    source("LICENSE", "");
    source("NOTICE", "");
    source("native/build.sh", NATIVE_BUILD);
    source(MAIN, PROGRAM.formatted("first"));
    executable(checkout.resolve("mvnw"), MAVEN);
  }

  /** Written an hour ago. */
  void source(String name, String text) throws IOException {
    Path file = checkout.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    FileTime hourAgo = FileTime.from(Instant.now().minusSeconds(3600));
    for (Path path = file; !path.equals(checkout); path = path.getParent()) {
      Files.setLastModifiedTime(path, hourAgo);
    }
  }

  static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  void nvidiaSmi(String script) throws IOException {
    executable(tools.resolve("nvidia-smi"), "#!/bin/sh\n" + script);
  }

  Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(Jvm.withSignals());
    command.add(checkout.resolve("sgconv").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(SGCONV|CUDA|JAVA|MAVEN).*"));
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("FAKE", fake.toString());
    builder.environment().put("SGCONV_SYSTEM_ROOT", system.toString());
    builder.environment().putAll(environment);
    builder.environment().values().removeIf(ABSENT::equals);
    return builder.start();
  }

  Outcome launch(String... arguments) throws Exception {
    Files.deleteIfExists(fake.resolve("calls"));
    Process process = start(arguments);
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    String out = Files.readString(folder.resolve("out"));
    String err = Files.readString(folder.resolve("err"));
    assertThat(ended).as(err).isTrue();
    return new Outcome(process.exitValue(), out, err);
  }

  /** What was asked of Maven and the native build by the last launch. */
  String calls() throws IOException {
    Path calls = fake.resolve("calls");
    return Files.exists(calls) ? Files.readString(calls) : "";
  }

  String cudaOptions() throws Exception {
    Outcome outcome = launch("run");
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return calls();
  }
}
