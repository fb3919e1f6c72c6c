package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.cli.audio.WavReader;
import org.sgconv.cli.report.Jvm;

/** What only a process of its own shows: standard output, exit status, locale. */
@EnabledOnOs(OS.LINUX)
class CommandLineProcessTest {

  @TempDir Path folder;
  private Path input;

  @BeforeEach
  void makeInput() throws IOException {
    input = SampleFiles.wav(folder.resolve("in.wav"), 1, 1000);
  }

  private record Ended(int status, String out, String err) {}

  /** Runs a shell command in which "$@" is the command line of sgconv with these arguments. */
  private Ended shell(Map<String, String> environment, String script, List<Object> args)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    command.addAll(
        Jvm.command(
            List.of(), Main.class, args.stream().map(Object::toString).toArray(String[]::new)));
    Path out = folder.resolve("shell.out");
    Path err = folder.resolve("shell.err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(environment);
    int status = builder.start().waitFor();
    return new Ended(
        status,
        Files.readString(out, StandardCharsets.ISO_8859_1),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private Ended shell(String script, Object... args) throws Exception {
    return shell(Map.of(), script, List.of(args));
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "info --json", "--help", "run --help", "--version"})
  void outputThatIsLostIsNoSuccess(String command) throws Exception {
    Ended ended = shell("\"$@\" >/dev/full", (Object[]) command.split(" ", -1));
    assertThat(ended.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(ended.err().lines()).hasSize(1);
    assertThat(ended.err()).startsWith("sgconv: standard output cannot be written: ");
  }

  /** The result waits there for its peak. */
  @ParameterizedTest
  @ValueSource(strings = {"missing", "full"})
  void aTemporaryFolderThatIsOfNoUse(String how) throws Exception {
    Path input = SampleFiles.wav(folder.resolve("long.wav"), 1, 300_000);
    Path temporary = folder.resolve("temporary");
    if (how.equals("full")) {
      Files.createDirectory(temporary);
    }
    Path output = folder.resolve("out.wav");
    Ended ended =
        shell(
            Map.of("JDK_JAVA_OPTIONS", "-XX:-UsePerfData -Djava.io.tmpdir=" + temporary),
            how.equals("full") ? "ulimit -f 512; \"$@\"" : "\"$@\"",
            List.of("run", input, "--kernel", input, "-o", output));
    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(ended.err())
        .contains("sgconv: " + temporary, "temporary files cannot be", "-Djava.io.tmpdir=FOLDER");
    assertThat(output).doesNotExist();
    if (how.equals("full")) {
      assertThat(temporary).isEmptyDirectory();
    }
  }

  /** Nothing is computed for nobody, and no file of the JVM's takes what is written. */
  @ParameterizedTest
  @ValueSource(strings = {"-", "out.wav"})
  void aClosedStandardOutputIsSaidBeforeTheWork(String output) throws Exception {
    Path file = folder.resolve("out.wav");
    Object named = output.equals("-") ? output : file;
    Ended ended = shell("\"$@\" >&-", "run", input, "--backend", "reference", "-o", named);
    assertThat(ended.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(ended.err()).isEqualTo("sgconv: standard output cannot be written: it is closed\n");
    assertThat(file).doesNotExist();
  }

  @Test
  void aReaderThatGoesAwayEndsItQuietly() throws Exception {
    // The reader is gone before the first line: there is no race.
    Ended ended =
        shell(
            "mkfifo gone; sleep 0.01 <gone & \"$@\" >gone; exit $?"
                .replace("gone", folder.resolve("gone").toString()),
            "--version");
    assertThat(ended.err()).isEmpty();
    assertThat(ended.status()).isEqualTo(ExitStatus.READER_GONE);
  }

  @Test
  void aResultOnStandardOutputIsAloneThere() throws Exception {
    Ended ended =
        shell(
            "\"$@\" | cat", "run", input, "--backend", "reference", "-o", "-", "--format", "pcm16");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).contains("signal   in.wav", "wrote /dev/stdout: 16-bit");
    Path sound = folder.resolve("out.wav");
    Files.write(sound, ended.out().getBytes(StandardCharsets.ISO_8859_1));
    List<String> notes = new ArrayList<>();
    assertThat(WavReader.read(sound, notes::add).frameCount()).isEqualTo(1000);
    assertThat(notes).isEmpty();
  }

  /** What the shell opened needs no name that ends in .png, and no right to its folder, /dev. */
  @Test
  void aPlotGoesToAFileThatTheShellOpened() throws Exception {
    Path plot = folder.resolve("plot");
    String script = "\"$@\" >" + plot;
    Ended ended = shell(script, "run", input, "--backend", "reference", "--plot", "-");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(Files.readAllBytes(plot)).startsWith(0x89, 'P', 'N', 'G');
  }

  @Test
  void whatVerifyFoundGoesToStandardOutputAlone() throws Exception {
    Ended ended =
        shell(
            "\"$@\" | cat",
            "verify",
            "--backend",
            "cpu",
            "--case",
            "causal:64:1x1x1",
            "--json",
            "-");
    if (Boolean.getBoolean("sgconv.native.skip")) {
      assertThat(ended.err()).contains("cpu");
      return;
    }
    assertThat(ended.err()).contains("against the float64 reference");
    assertThat(ended.out()).startsWith("{").endsWith("}");
  }

  @Test
  void aResultIsAppendedWhereTheShellAppends() throws Exception {
    Path log = Files.writeString(folder.resolve("log"), "before\n");
    String script = "\"$@\" >>" + log;
    Ended ended =
        shell(
            script,
            "run",
            input,
            "--backend",
            "reference",
            "-o",
            "/dev/stdout",
            "--format",
            "pcm16");
    assertThat(ended.status()).as(ended.err()).isZero();
    byte[] bytes = Files.readAllBytes(log);
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).startsWith("before\nRIFF");
    assertThat(bytes).hasSize(7 + 44 + 2000);
  }

  @Test
  void aLocaleWithoutTheCharactersOfANameIsNamedAsTheCause() throws Exception {
    Path named = Files.copy(input, folder.resolve("in grün.wav"));
    List<Object> args = List.of("run", named, "--backend", "reference");
    Ended posix = shell(Map.of("LC_ALL", "C"), "exec \"$@\"", args);
    assertThat(posix.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(posix.err().lines()).hasSize(1);
    assertThat(posix.err()).contains("locale", "ANSI_X3.4-1968", "LC_ALL=C.UTF-8");
    Ended utf8 = shell(Map.of("LC_ALL", "C.UTF-8"), "exec \"$@\"", args);
    assertThat(utf8.status()).as(utf8.err()).isZero();
  }

  /** The part of the launcher that comes before Java starts, by itself. */
  @ParameterizedTest
  @ValueSource(
      strings = {"", "LANG=C", "LC_ALL=POSIX", "LANG=zz_ZZ.UTF-8", "LC_ALL=zz", "LANG=C.UTF-8"})
  void theLauncherGivesJavaALocaleThatHasAllCharacters(String setting) throws Exception {
    Path named = Files.copy(input, folder.resolve("in grün.wav"));
    Path launcher = Path.of(System.getProperty("sgconv.root"), "sgconv");
    List<String> command = new ArrayList<>(List.of("/usr/bin/env", "-i", "PATH=/usr/bin:/bin"));
    if (!setting.isEmpty()) {
      command.add(setting);
    }
    String script =
        "set -eu; eval \"$(sed -n '/^set_encoding()/,/^}/p' '"
            + launcher
            + "')\"; set_encoding; exec \"$@\"";
    command.addAll(List.of("/bin/sh", "-c", script, "sh"));
    command.addAll(
        Jvm.command(List.of(), Main.class, "run", named.toString(), "--backend", "reference"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readAllAsString()).contains("signal   in grün.wav: ");
    }
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void bytesThatAreNoUtf8AreNamedAsTheCause() throws Exception {
    Ended ended = shell("exec \"$@\" $'gr\\xfcn.wav'", "run");
    assertThat(ended.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(ended.err()).contains("no UTF-8", "rename");
  }

  /** Locales with a decimal comma and with digits of their own. */
  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "ar-EG", "th-TH-u-nu-thai"})
  void numbersAreNeverLocalized(String locale) throws Exception {
    String[] tag = locale.split("-", 3);
    String options = "-Duser.language=" + tag[0] + " -Duser.country=" + tag[1];
    if (tag.length > 2) {
      options += " -Duser.extensions=" + tag[2];
    }
    Ended ended =
        shell(
            Map.of("JDK_JAVA_OPTIONS", options),
            "exec \"$@\"",
            List.of("verify", "--backend", "broken", "--case", "causal:17:1x1x1", "--seed", 47));
    assertThat(ended.status()).as(ended.err()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(ended.out()).contains("seed 47, 1 case", "--seed 47").matches("\\p{ASCII}+");
  }
}
