package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * check.sh of the GPU bundle, with a stand-in for Java that ends as it is told to. The bundle
 * itself needs nvcc and minutes to build.
 */
abstract class BundleTrial {

  /** What each call prints and how it ends is in a file of the stage's name. */
  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        *-version*) exit 0 ;;
        *"info --json"*) echo '{"version": "1"}'; exit 0 ;;
        *"info --require"*) stage=info ;;
        *ConsoleLauncher*) stage=tests ;;
        *"verify --backend cuda"*) stage=verify ;;
        *"bench --gpu"*"/quick"*) stage=quick ;;
        *"bench --gpu"*) stage=throughput ;;
        *) echo "unexpected: $*" >&2; exit 99 ;;
      esac
      echo "$*" >>"$FAKE/calls"
      if [ -f "$FAKE/$stage" ]; then . "$FAKE/$stage"; fi
      """;

  static final String PASSING_TESTS =
      "echo '[         7 tests found           ]'; echo '[         7 tests successful      ]'\n";

  @TempDir Path folder;

  Path bundle;

  Path fake;

  Path output;

  record Outcome(int status, String out) {}

  @BeforeEach
  void assemble() throws IOException {
    bundle = Files.createDirectory(folder.resolve("bundle"));
    fake = Files.createDirectory(folder.resolve("fake"));
    output = folder.resolve("out");
    Path source = Path.of(System.getProperty("sgconv.root"), "tools", "bundle", "check.sh");
    executable(bundle.resolve("check.sh"), Files.readString(source));
    Files.createDirectories(bundle.resolve("runtime/bin"));
    executable(bundle.resolve("runtime/bin/java"), JAVA);
    Files.writeString(bundle.resolve("COMMIT"), "abc123\n");
    Path natives = Files.createDirectory(bundle.resolve("native"));
    for (String test :
        List.of(
            "cuda_synthesis_test", "cuda_block_test", "cuda_windows_test", "cuda_four_step_test")) {
      executable(natives.resolve(test), "#!/bin/sh\necho \"$0 $*\"\n");
    }
    stage("tests", PASSING_TESTS);
  }

  static void executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Shell text that a stage runs. */
  void stage(String name, String text) throws IOException {
    Files.writeString(fake.resolve(name), text);
  }

  Outcome check(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", bundle.resolve("check.sh").toString()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  Outcome run(List<String> program) throws Exception {
    List<String> command = new ArrayList<>(program);
    command.set(0, bareTools().resolve(program.getFirst()).toString());
    command.addAll(2, List.of("--output", output.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    // Whatever GPU and toolkit this machine has, the stand-in decides.
    builder.environment().put("FAKE", fake.toString());
    builder.environment().put("PATH", bareTools().toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("CUDA_"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(out).isTrue();
    return new Outcome(process.exitValue(), out);
  }

  /** A PATH with the core utilities that the script may use, and no others. */
  Path bareTools() throws IOException {
    Path tools = folder.resolve("tools");
    if (Files.notExists(tools)) {
      Files.createDirectory(tools);
      for (String tool :
          List.of(
              "cat", "date", "dirname", "env", "head", "ln", "mkdir", "mktemp", "mv", "rm", "sh",
              "sleep", "tail", "tar", "gzip", "timeout", "tr", "uname", "wc")) {
        Path place =
            Files.exists(Path.of("/usr/bin", tool)) ? Path.of("/usr/bin") : Path.of("/bin");
        executable(
            tools.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(place.resolve(tool)));
      }
    }
    return tools;
  }

  JsonNode json() throws IOException {
    return new ObjectMapper().readTree(output.resolve("check.json").toFile());
  }
}
