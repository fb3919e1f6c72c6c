package org.sgconv.benchmarks.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    assertRefused(Cli.run("run", "--colour", "red"), "--colour", "sgconv run --help");
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
  void wrongCases() throws IOException {
    for (String id :
        List.of("", "causal", "causal:1", "causal:x:1x1x1", "sideways:1:1x1x1", "kernel:sum")) {
      assertRefused(
          Cli.run("verify", "--backend", "broken", "--case", id), "'" + id + "'", "is no case");
    }
    assertRefused(Cli.run("verify", "--backend", "broken", "--case", "causal:0:1x1x1"), "causal:0");
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
    assertRefused(Cli.run("run", weird), "second line.wav");
  }
}
