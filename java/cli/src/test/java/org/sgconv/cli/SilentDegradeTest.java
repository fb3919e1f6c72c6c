package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No command takes a slower backend without a word; each in a process of its own. */
@Timeout(120)
class SilentDegradeTest {

  @TempDir Path folder;

  @BeforeEach
  void needNativeCode() {
    assumeFalse(
        Boolean.getBoolean("sgconv.native.skip"),
        "-Dsgconv.native.skip: this build has no native code to lose");
  }

  @ParameterizedTest
  @CsvSource({
    "-Dsgconv.cpu.threads=abc, -Dsgconv.cpu.threads=abc: expected a number of threads from 1 to 1024",
    "-Dsgconv.cpu.threads=0, expected a number of threads",
    "-Dsgconv.cpu.threads=1025, expected a number of threads",
    "-Dsgconv.cpu.threads=1e3, expected a number of threads",
    "-Dsgconv.cpu.threads=, expected a number of threads",
    "-Dsgconv.backend=bogus, -Dsgconv.backend=bogus: unknown backend",
    "-Dsgconv.library.path=/no/such, there is no /no/such",
    "-Dsgconv.cache.dir=/proc/none, -Dsgconv.cache.dir=/proc/none: ",
    "-Dsgconv.cuda.toolkit=/no/such, there is no folder /no/such",
  })
  void aPropertyThatCannotBeMetIsAnError(String option, String expected) throws Exception {
    for (List<String> command : List.of(List.of("run"), List.of("verify", "--quick"))) {
      Ended ended = run(List.of(), Map.of(), List.of(option), command);
      assertThat(ended.status).as(ended.errors).isEqualTo(ExitStatus.BAD_INPUT);
      assertThat(ended.errors.lines()).as(ended.errors).hasSize(1);
      assertThat(ended.errors).startsWith("sgconv: ").contains(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bogus", "AVX2", "neon "})
  void anInstructionSetThatIsNotHereIsAnError(String tier) throws Exception {
    Map<String, String> environment = Map.of("SGCONV_CPU_TIER", tier);
    Ended ended = run(List.of(), environment, List.of(), List.of("run"));
    assertThat(ended.status).as(ended.errors).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(ended.errors)
        .startsWith("sgconv: SGCONV_CPU_TIER = '" + tier + "' cannot be used here; expected one of")
        .hasLineCount(1);
  }

  @Test
  void infoListsWhatCannotBeMetAndEndsWithIt() throws Exception {
    Ended ended = run(List.of(), Map.of(), List.of("-Dsgconv.cpu.threads=abc"), List.of("info"));
    assertThat(ended.output).contains("backend cpu\n  not available:\n  -Dsgconv.cpu.threads=abc");
    assertThat(ended.output).contains("backend reference", "machine");
    assertThat(ended.status).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(ended.errors).startsWith("sgconv: -Dsgconv.cpu.threads=abc").hasLineCount(1);
  }

  @Test
  void aDamagedLibraryIsAWarningOnEveryCommand() throws Exception {
    Path library = folder.resolve("damaged/org/sgconv/native/linux-x86_64/libsgconv_cpu.so");
    Files.createDirectories(library.getParent());
    Files.writeString(library, "not a library, whatever its name");
    Path sound = SampleFiles.wav(folder.resolve("in.wav"), 1, 100);
    for (List<String> command :
        List.of(List.of("run", sound.toString()), List.of("verify", "--quick"), List.of("info"))) {
      Ended ended = run(List.of(folder.resolve("damaged")), Map.of(), List.of(), command);
      assertThat(ended.errors.lines().filter(line -> line.startsWith("sgconv: warning: ")))
          .as("%s: %s", command, ended.errors)
          .hasSize(1)
          .first()
          .asString()
          .contains("taking a slower backend: backend 'cpu' failed", "is not an ELF file");
      assertThat(ended.status)
          .isEqualTo(command.contains("verify") ? ExitStatus.BAD_INPUT : ExitStatus.OK);
    }
  }

  private record Ended(int status, String output, String errors) {}

  private Ended run(
      List<Path> first, Map<String, String> environment, List<String> options, List<String> words)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dsgconv.cache.dir=" + folder.resolve("cache")));
    command.addAll(options);
    List<String> classPath = new ArrayList<>(first.stream().map(Path::toString).toList());
    classPath.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.addAll(
        List.of("-cp", String.join(File.pathSeparator, classPath), Main.class.getName()));
    command.addAll(words);
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "SGCONV_CPU_TIER"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).as("%s ends", command).isTrue();
    return new Ended(process.exitValue(), Files.readString(output), Files.readString(errors));
  }
}
