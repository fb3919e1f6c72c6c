package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.tensor.Tensor;

/** Whatever is wrong: exit status 2, one line that names it, no stack trace, no file. */
class BadInputTest {

  @TempDir Path folder;

  private void assertRefused(Cli cli, String... parts) throws IOException {
    assertThat(cli.status()).as(cli.err()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(cli.err().lines()).as(cli.err()).hasSize(1);
    assertThat(cli.err()).startsWith("sgconv: ").contains(parts).doesNotContain("\tat ");
    assertThat(cli.out()).isEmpty();
    try (Stream<Path> files = Files.list(folder)) {
      List<String> results =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.startsWith("in"))
              .toList();
      assertThat(results).as("files left behind").isEmpty();
    }
  }

  private Path wav() throws IOException {
    return SampleFiles.wav(folder.resolve("in.wav"), 1, 100);
  }

  @Test
  void wrongWords() throws IOException {
    assertRefused(Cli.run(), "no command given", "--help");
    assertRefused(Cli.run("rum"), "rum");
    assertRefused(Cli.run("run", "--color", "red"), "--color", "sgconv run --help");
    assertRefused(Cli.run("run", wav(), "--mode", "acausal"), "acausal", "CAUSAL");
    assertRefused(Cli.run("run", wav(), "--seed", "one"), "one");
    assertRefused(Cli.run("run", wav(), "--preset", "cave"), "'cave'", "hall, standard");
    assertRefused(Cli.run("run", wav(), "--rows", 0), "--rows is 0", "≥ 1");
    assertRefused(Cli.run("run", wav(), "--threads", 0), "--threads is 0", "≥ 1");
    assertRefused(Cli.run("run", wav(), "--threads", 1025), "--threads is 1025", "≤ 1024");
    assertRefused(
        Cli.run("run", wav(), "--threads", 1025, "--backend", "reference"), "--threads is 1025");
    assertRefused(Cli.run("run", wav(), "--hidden", 0), "hidden is 0", "≥ 1");
  }

  @Test
  void wrongBackends() throws IOException {
    assertRefused(Cli.run("run", wav(), "--backend", "gpu"), "'gpu'", "reference");
    assertRefused(Cli.run("run", wav(), "--backend", "absent"), "'absent'", "install it");
    assertRefused(Cli.run("verify", "--backend", "reference"), "cannot be verified against itself");
  }

  @Test
  void noDevice() throws IOException {
    assumeFalse(Backends.named("cuda").isAvailable(), "SKIPPED: this machine has a CUDA device");
    String[] causes = {"'cuda'", "not available"};
    assertRefused(Cli.run("run", wav(), "--backend", "cuda"), causes);
    assertRefused(Cli.run("verify", "--backend", "cuda", "--case", "causal:17:1x1x1"), causes);
  }

  @Test
  void wrongInputs() throws IOException {
    assertRefused(Cli.run("run", folder.resolve("in-none.wav")), "in-none.wav", "does not exist");
    Path text = Files.writeString(folder.resolve("in.txt"), "hello");
    assertRefused(Cli.run("run", text), "in.txt", ".wav, .f32, .raw or .safetensors");
    Path fake = Files.writeString(folder.resolve("in.WAV"), "hello, I am not a sound");
    assertRefused(Cli.run("run", fake), "in.WAV", "not a WAV file");
    Path empty = Files.createFile(folder.resolve("in.raw"));
    assertRefused(Cli.run("run", empty), "in.raw", "0 bytes");
    Path odd = Files.write(folder.resolve("in5.f32"), new byte[5]);
    assertRefused(Cli.run("run", odd), "in5.f32", "5 bytes");
    Path hostile = Files.write(folder.resolve("in.safetensors"), new byte[] {-1, -1, -1, -1});
    assertRefused(Cli.run("run", hostile), "in.safetensors");
    assertRefused(Cli.run("run", wav(), "--raw-rate", 8000), "in.wav", "--raw-rate");
    assertRefused(Cli.run("run", odd, "--raw-rate", 0), "--raw-rate is 0");
  }

  @Test
  void wrongTensors() throws IOException {
    Path tensors = SampleFiles.tensor(folder.resolve("in.safetensors"), "x", 2, 3, 4, 5);
    assertRefused(Cli.run("run", tensors), "\"u\"", "x");
    assertRefused(Cli.run("run", tensors, "--tensor", "x"), "(2, 3, 4, 5)", "(B,H,L)");
    Path wide = SampleFiles.tensor(folder.resolve("in2.safetensors"), "u", 2, 3, 64);
    assertRefused(Cli.run("run", wide, "--hidden", 4), "(2, 3, 64)", "H = 1");
  }

  @Test
  void valuesThatAreNotFinite() throws IOException {
    Path nan = SampleFiles.raw(folder.resolve("in.f32"), 0, 1, Float.NaN, 2);
    assertRefused(Cli.run("run", nan), "in.f32", "NaN", "(0, 0, 2)");
    Path infinite = SampleFiles.raw(folder.resolve("in2.f32"), Float.NEGATIVE_INFINITY);
    assertRefused(Cli.run("run", infinite), "-Infinity", "(0, 0, 0)");
    assertRefused(Cli.run("run", wav(), "--skip", "NaN"), "skip", "NaN");
  }

  @Test
  void outputsThatCannotBe() throws IOException {
    Path wav = wav();
    byte[] before = Files.readAllBytes(wav);
    assertRefused(Cli.run("run", wav, "-o", wav), "in.wav", "is an input");
    assertRefused(Cli.run("run", wav, "-o", folder.resolve("./x/../in.wav")), "in.wav");
    assertThat(Files.readAllBytes(wav)).isEqualTo(before);
    assertRefused(Cli.run("run", wav, "-o", folder.resolve("out.mp3")), "out.mp3", ".wav");
    assertRefused(Cli.run("run", wav, "-o", folder.resolve("out.f32")), "out.f32", "not written");
    assertRefused(Cli.run("run", wav, "-o", folder.resolve("no/out.wav")), "does not exist");
    assertRefused(Cli.run("run", wav, "--plot", folder.resolve("plot.jpg")), ".png");
    Path raw = SampleFiles.raw(folder.resolve("in.f32"), 1, 2, 3);
    assertRefused(Cli.run("run", raw, "-o", folder.resolve("out.wav")), "--raw-rate");
  }

  @Test
  void placesThatAreLookedAtBeforeTheWork() throws IOException {
    Path wav = SampleFiles.wav(folder.resolve("in.wav"), 1, 100);
    Path loop = Files.createSymbolicLink(folder.resolve("in-loop.wav"), Path.of("in-loop.wav"));
    assertRefused(Cli.run("run", wav, "-o", loop), "in-loop.wav", "cannot be written");
    Path astray = folder.resolve("in-astray.wav");
    Files.createSymbolicLink(astray, Path.of("no/out.wav"));
    assertRefused(Cli.run("run", wav, "-o", astray), "in-astray.wav", "there is no folder");
    Path out = folder.resolve("out.wav");
    Path link = Files.createSymbolicLink(folder.resolve("in-plot.png"), Path.of("out.wav"));
    assertRefused(Cli.run("run", wav, "-o", out, "--plot", link), "in-plot.png", "both");
    assertThat(out).doesNotExist();
    // With a backend that finds faults, so that the work would end otherwise.
    assertRefused(Cli.run("verify", "--backend", "broken", "--json", ""), "is empty");
    assertRefused(
        Cli.run("verify", "--backend", "broken", "--json", folder.resolve("no/x.json")),
        "x.json",
        "does not exist");
    assertRefused(Cli.run("verify", "--backend", "broken", "--json", folder), "is a folder");
  }

  @Test
  void wrongCases() throws IOException {
    for (String id :
        List.of("", "causal", "causal:1", "causal:x:1x1x1", "sideways:1:1x1x1", "kernel:sum")) {
      assertRefused(verify(id), "'" + id + "'", "is no case");
    }
  }

  private static Cli verify(String id) {
    return Cli.run("verify", "--backend", "broken", "--case", id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "causal:0:1x1x1",
        "causal:-5:1x1x1",
        "causal:17:0x1x1",
        "causal:17:1x1x-1",
        "causal:17:1x1",
        "causal:17:1x1x1x1",
        "causal:1.5:1x1x1",
        "causal:17:axbxc",
        "causal:17:1x1x1:k=0",
        "causal:17:1x1x1:k=",
        "causal:17:1x1x1:rows=3:k=4",
        "causal:17:1x1x1:rows=",
        "causal:17:1x1x1:k=4:noise",
        "kernel:",
        "kernel:sum:linear:geometric:4x2x0x1x1",
        "kernel:sum:linear:geometric:4x2x0x1x1:0",
        "kernel:sum:linear:geometric:4x2x0x1x1:-1",
        "kernel:sum:linear:geometric:4x2x0x1:64",
        "kernel:sum:linear:sometimes:4x2x0x1x1:64",
        "kernel:sum:cubic:geometric:4x2x0x1x1:64"
      })
  void casesWhoseSizesCannotBe(String id) throws IOException {
    assertRefused(verify(id), "'" + id + "'", "is no case");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "causal:99999999999999999999:1x1x1",
        "causal:17:3000000000x1x1",
        "causal:9223372036854775807:1x1x1",
        "circular:4611686018427387904:2x2x2",
        "kernel:sum:linear:geometric:99999999999x2x0x1x1:64",
        "kernel:sum:linear:geometric:4x2x0x1x1:99999999999999999999",
        "causal:16:2147483647x1x1",
        "causal:16:99999999x99999999x1",
        "causal:16:1x1x1:k=2147483647",
        "causal:2147483647:1x1x1",
        "bidirectional:1073741824:1x1x1",
        "kernel:sum:linear:geometric:4x2x0x1x1:9223372036854775807",
        "kernel:sum:linear:geometric:4x2x0x46341x46341:2"
      })
  void casesThatNoArrayHolds(String id) throws IOException {
    assertRefused(verify(id), "'" + id + "' is too large to verify", "2147483639 values");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2147483648", "8589934592", "99999999999999999999"})
  void lengthsBeyondEveryNumberOfOurs(String length) throws IOException {
    String id = "causal:" + length + ":1x1x1";
    assertRefused(verify(id), "'" + id + "' is too large to verify");
    assertRefused(
        Cli.run("verify", "--backend", "broken", "--lengths", length, "--signals", "noise"),
        "--lengths has " + length + ": too large to verify");
  }

  @Test
  void lengthsThatNoArrayHolds() throws IOException {
    assertRefused(
        Cli.run("verify", "--backend", "broken", "--lengths", "2147483647", "--signals", "noise"),
        "2147483647",
        "too large to verify");
  }

  @Test
  void signalsOfACaseThatThereAreNot() throws IOException {
    assertRefused(verify("causal:17:1x1x1:2"), "there are no signals '2'", "impulse-first");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "circular:16:1x1x1:k=17 | circular:16:1x1x1:k=17' has a kernel of 17 lags: at most 16",
        "circular:16:1x1x1:rows=16 | circular:16:1x1x1:rows=16' has lengths of rows: those of a circular",
        "causal:16:2x1x1:rows=16 | causal:16:2x1x1:rows=16' has lengths of 1 rows: give 2",
        "causal:16:2x1x1:rows=16,0 | lengths[1] is 0",
        "causal:16:2x1x1:rows=16,17 | causal:16:2x1x1:rows=16,17' has a row of 17 samples: at most 16"
      })
  void kernelLengthsAndRowsThatCannotBe(String id, String named) throws IOException {
    assertRefused(verify(id), named);
  }

  @Test
  void casesThatNoMemoryHolds() {
    for (String id :
        List.of("causal:1000000000000:1x1x1", "kernel:sum:linear:geometric:0x2x0x1x1:64")) {
      Cli cli = verify(id);
      assertThat(cli.status()).as(cli.err()).isEqualTo(ExitStatus.BAD_INPUT);
      assertThat(cli.err().lines()).as(cli.err()).hasSize(1);
    }
  }

  @Test
  void numbersThatAreNone() throws IOException {
    assertRefused(Cli.run("run", wav(), "--rows", "1.5"), "'1.5'");
    assertRefused(Cli.run("run", wav(), "--seed", "99999999999999999999"), "'9999999");
    assertRefused(Cli.run("run", wav(), "--skip", "0,5"), "'0,5'");
    assertRefused(Cli.run("run", wav(), "--skip", "1e39"), "--skip is 1.0E39", "float32");
    assertRefused(Cli.run("verify", "--seed", ""), "--seed");
  }

  /** A file may be called like that; the name is not a list of arguments, nor an option. */
  @Test
  void argumentsAreWhatTheyAre() throws IOException {
    assertRefused(Cli.run("run", "@in.wav"), "@in.wav", "does not exist");
    Path list = Files.writeString(folder.resolve("in.list"), "--help");
    assertRefused(Cli.run("run", "@" + list), "@" + list, "unknown kind of file");
    assertRefused(Cli.run("run", ""), "INPUT is empty");
    assertRefused(Cli.run("run", wav(), "-o", ""), "name of the file to write is empty");
    assertRefused(Cli.run("run", "--", "-x.wav"), "-x.wav", "does not exist");
    assertRefused(Cli.run("run", "\"in.wav\""), "unknown kind of file");
    assertRefused(Cli.run("run", wav(), "--seed", 1, "--seed", 2), "--seed", "only once");
    assertRefused(Cli.run("run", wav(), "--see", 1), "--see");
  }

  @Test
  void optionsThatSayNothingHere() throws IOException {
    assertRefused(Cli.run("run", wav(), "--tensor", "u"), "--tensor u", ".safetensors");
    assertRefused(Cli.run("run", "--raw-rate", 8000), "--raw-rate 8000");
    assertRefused(Cli.run("run", wav(), "--format", "pcm16"), "add -o FILE");
    Path out = folder.resolve("out.safetensors");
    assertRefused(
        Cli.run("run", wav(), "-o", out, "--format", "pcm16"), "--format pcm16", "tensors");
    Path sound = folder.resolve("out.wav");
    assertRefused(Cli.run("run", wav(), "-o", sound, "--format", "safetensors"), "a sound");
    assertRefused(Cli.run("run", wav(), "-o", folder.resolve("out")), "add --format float32");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void outputsThatAreNoFiles() throws IOException {
    assertRefused(Cli.run("run", wav(), "-o", "/dev/null"), "/dev/null", "add --format float32");
    Path wav = wav();
    Path hard = Files.createLink(folder.resolve("in-hard.wav"), wav);
    Path soft = Files.createSymbolicLink(folder.resolve("in-soft.wav"), wav);
    assertRefused(Cli.run("run", wav, "-o", hard), "in-hard.wav", "is an input");
    assertRefused(Cli.run("run", wav, "-o", soft), "in-soft.wav", "is an input");
    Cli plot = Cli.run("run", wav, "--backend", "reference", "--plot", "/dev/full");
    assertThat(plot.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(plot.err().lines()).hasSize(1);
    assertThat(plot.err()).startsWith("sgconv: /dev/full: cannot be written: ");
    Cli both =
        Cli.run(
            "run",
            wav,
            "--backend",
            "reference",
            "-o",
            "/dev/full",
            "--plot",
            "/dev/full",
            "--format",
            "float32");
    assertThat(both.err()).contains("both the result and the plot");
  }

  @Test
  void whatATerminalWouldObeyIsEscaped() throws IOException {
    Path file = Files.write(folder.resolve("in\u001b[2J\u202e.wav"), new byte[] {'x'});
    assertRefused(Cli.run("run", file), "in\\u001b[2J\\u202e.wav", "truncated");
    assertRefused(
        Cli.run("run", wav(), "--preset", "\u001b]0;title\u0007"), "\\u001b]0;title\\u0007");
    assertRefused(Cli.run("run", wav(), "--\u001b"), "--\\u001b");
  }

  @Test
  void longArgumentsAreCut() throws IOException {
    String endless = "x".repeat(1_000_000);
    Cli bad = Cli.run("run", wav(), "--preset", endless);
    assertRefused(bad, "xxx... (cut");
    assertThat(bad.err().length()).isLessThan(5000);
    Cli unknown = Cli.run("run", wav(), "--" + endless);
    assertRefused(unknown, "sgconv run --help");
    assertThat(unknown.err().length()).isLessThan(5000);
  }

  @Test
  void stackTracesAreThereForThoseWhoAsk() throws IOException {
    Cli cli = Cli.run("run", folder.resolve("none.wav"), "--stacktrace");
    assertThat(cli.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(cli.err()).contains("does not exist", "\tat org.sgconv");
  }

  @Test
  void failuresGiveEverythingBack() throws IOException {
    long before = Tensor.openCount();
    Cli.run("run", SampleFiles.raw(folder.resolve("in.f32"), Float.NaN));
    Cli.run("run", wav(), "--skip", "NaN");
    Cli.run("run", SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 1, 2, 3, 4));
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  @Test
  void textIsOnlyText() throws IOException {
    Path weird =
        Files.write(folder.resolve("in\nsecond line.wav"), "x".getBytes(StandardCharsets.UTF_8));
    assertRefused(Cli.run("run", weird), "in\\nsecond line.wav: ");
  }
}
