package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavReader;
import org.sgconv.cli.plot.Charts;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.Tensor;

/** What people type, from the file that is read to the file that is written. */
class RunCommandTest {

  @TempDir Path folder;

  /** In a pure Java build the reference itself computes, and has nothing to be checked against. */
  private static final boolean PURE_JAVA = Boolean.getBoolean("sgconv.native.skip");

  private static final String VERDICT =
      PURE_JAVA ? "Not checked: the reference itself" : "float64 reference: passed";
  private static final String ERROR = PURE_JAVA ? "-" : "[0-9.]+e-0[7-9]";

  private static String checked(int kernels) {
    return PURE_JAVA ? VERDICT : "%d of %d kernels".formatted(kernels, kernels);
  }

  private static void assertPassed(Cli cli) {
    assertThat(cli.status()).as(cli.err()).isZero();
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out()).contains("forward", "backward", VERDICT);
  }

  @Test
  void convolvesTheShippedRecordingWithoutArguments() {
    Cli cli = Cli.run("run");
    assertPassed(cli);
    assertThat(cli.out()).contains("speech.wav", "22.05 kHz", "(1, 1, 159734)", "kernel   hall");
    assertThat(cli.out()).containsPattern("backend  .*, [0-9]+ threads?, host");
    // One table: kernel, forward, backward, parameters, each with an error within the tolerance.
    Pattern line =
        Pattern.compile(
            "^(kernel|forward|backward|parameters) .* " + ERROR + "$", Pattern.MULTILINE);
    assertThat(line.matcher(cli.out()).results().count()).isEqualTo(4);
  }

  @Test
  void writesEveryChannelOfAStereoSound() throws IOException {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 2, 4097);
    Path output = folder.resolve("out.wav");
    assertPassed(Cli.run("run", input, "-o", output));
    Sound sound = WavReader.read(output, note -> {});
    assertThat(sound.channelCount()).isEqualTo(2);
    assertThat(sound.frameCount()).isEqualTo(4097);
    assertThat(sound.sampleRate()).isEqualTo(48000);
    // Another kernel seed gives another sound.
    Path other = folder.resolve("other.wav");
    assertPassed(Cli.run("run", input, "-o", other, "--seed", 2));
    assertThat(WavReader.read(other, note -> {}).channel(0)).isNotEqualTo(sound.channel(0));
  }

  @Test
  void anImpulseGivesTheKernelAndTheSkip() throws IOException {
    Path input = SampleFiles.raw(folder.resolve("in.f32"), impulse(1000));
    Path output = folder.resolve("out.safetensors");
    assertPassed(Cli.run("run", input, "-o", output, "--skip", 0.25));
    try (Safetensors file = Safetensors.open(output);
        Tensor y = file.read("y");
        Tensor kernel = file.read("kernel");
        Tensor du = file.read("grad.u")) {
      assertThat(y.shape().toArray()).containsExactly(1, 1, 1000);
      assertThat(du.shape().toArray()).containsExactly(1, 1, 1000);
      assertThat(y.getFlat(0)).isCloseTo(kernel.getFlat(0) + 0.25, within());
      for (int t = 1; t < 1000; t++) {
        assertThat(y.getFlat(t)).isCloseTo(kernel.getFlat(t), within());
      }
    }
  }

  private static float[] drawn(int length, IntToDoubleFunction value) {
    float[] samples = new float[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (float) value.applyAsDouble(i);
    }
    return samples;
  }

  private static float[] noise(int length, double scale) {
    SplittableRandom random = new SplittableRandom(11);
    return drawn(length, i -> scale * random.nextGaussian());
  }

  private static Stream<Arguments> awkwardSignals() {
    return Stream.of(
        Arguments.of("an impulse", impulse(32_768)),
        Arguments.of("an impulse at the end", drawn(32_768, i -> i == 32_767 ? 1 : 0)),
        Arguments.of("ten seconds of noise", noise(480_000, 0.2)),
        Arguments.of("silence", new float[32_768]),
        Arguments.of("a constant", drawn(32_768, i -> 0.5)),
        Arguments.of("a tone", drawn(32_768, i -> Math.sin(2.9 * i))),
        Arguments.of("clicks", drawn(32_768, i -> i % 5000 == 77 ? 1 : 1e-4 * Math.sin(i * i))));
  }

  /** Their errors are large beside what is left of them, and right beside what they are made of. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("awkwardSignals")
  void acceptsRightResultsOfAwkwardSignals(String what, float[] samples) throws IOException {
    Path input = SampleFiles.raw(folder.resolve("in.f32"), samples);
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", input, "--raw-rate", 48_000, "-o", output);
    assertPassed(cli);
    assertThat(cli.out()).doesNotContain("range");
    assertThat(output).exists();
  }

  /** One line says so and what to do; the files are written. */
  @ParameterizedTest
  @CsvSource({"1e-21, dk", "1e17, dk", "1e36, dk"})
  void namesWhatLeavesTheRange(double scale, String named) throws IOException {
    Path input = SampleFiles.raw(folder.resolve("in.f32"), noise(20_000, scale));
    Path output = folder.resolve("out.wav");
    Path plot = folder.resolve("out.png");
    Cli cli = Cli.run("run", input, "--raw-rate", 48_000, "-o", output, "--plot", plot);
    assertPassed(cli);
    assertThat(output).exists();
    assertThat(plot).exists();
    if (!PURE_JAVA) {
      assertThat(cli.out()).contains("passed, but for what is out of range");
      assertThat(cli.out().lines().filter(line -> line.contains("float32's range")))
          .singleElement()
          .asString()
          .contains(named, "Scale the signal", "--backend reference");
    }
  }

  /** Nothing of it can be judged, and 16 bits have no such samples. */
  @Test
  void whatIsNoNumberIsNotCalledRight() throws IOException {
    Path input = SampleFiles.raw(folder.resolve("in.f32"), noise(20_000, 1e37));
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", input, "--raw-rate", 48_000, "-o", output);
    assertThat(cli.status()).as(cli.err()).isZero();
    if (!PURE_JAVA) {
      assertThat(cli.out())
          .containsPattern("(?m)^forward .* out of range$")
          .containsPattern("(?m)^backward .* out of range$")
          .contains("passed, but for what is out of range", "Scale the signal");
    }
    Path integers = folder.resolve("integers.wav");
    Cli refused = Cli.run("run", input, "--raw-rate", 48_000, "-o", integers, "--format", "pcm16");
    assertThat(refused.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(refused.err()).contains("integers.wav", "which 16 bits do not have");
    assertThat(integers).doesNotExist();
  }

  private static Offset<Double> within() {
    return Offset.offset(1e-6);
  }

  private static float[] impulse(int length) {
    float[] impulse = new float[length];
    impulse[0] = 1;
    return impulse;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hall",
        "standard",
        "listops",
        "text",
        "retrieval",
        "image",
        "pathfinder",
        "path-x"
      })
  void everyPresetFitsTensors(String preset) {
    Path input = SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 2, 5, 1000);
    Cli cli = Cli.run("run", input, "--preset", preset, "--rows", 5);
    assertPassed(cli);
    assertThat(cli.out()).contains("(2, 5, 1000)", "kernel   " + preset, checked(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"causal", "bidirectional", "circular"})
  void everyModeIsToBeHad(String mode) {
    Path input = SampleFiles.tensor(folder.resolve("in.safetensors"), "x", 3, 257);
    Cli cli = Cli.run("run", input, "--tensor", "x", "--mode", mode);
    assertPassed(cli);
    assertThat(cli.out()).contains("(1, 3, 257)", mode);
  }

  @Test
  void appliesSeveralKernelsToOneSound() throws IOException {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 1, 500);
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", input, "--hidden", 3, "-o", output);
    assertPassed(cli);
    assertThat(cli.out()).contains("(1, 3, 500)", checked(3));
    assertThat(WavReader.read(output, note -> {}).channelCount()).isEqualTo(3);
  }

  @Test
  void theReferenceComputesTooButIsNotChecked() throws IOException {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 1, 500);
    Cli cli = Cli.run("run", input, "--backend", "reference");
    assertThat(cli.status()).isZero();
    assertThat(cli.out()).contains("Not checked: the reference itself computed this.");
  }

  @Test
  void sixteenBitOutputStatesItsGain() throws IOException {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 1, 5000);
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", input, "-o", output, "--format", "pcm16", "--skip", 4);
    assertPassed(cli);
    assertThat(cli.out()).containsPattern("out.wav: 16-bit, gain 0\\.\\d+ \\(-\\d+\\.\\d dB\\)");
    assertThat(WavReader.read(output, note -> {}).peak()).isBetween(0.999f, 1f);
  }

  @Test
  void drawsAPlot() throws IOException {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 1, 5000);
    Path plot = folder.resolve("plot.png");
    assertPassed(Cli.run("run", input, "--plot", plot));
    BufferedImage image = ImageIO.read(plot.toFile());
    assertThat(image.getWidth()).isEqualTo(Charts.WIDTH);
    assertThat(image.getHeight()).isEqualTo(Charts.HEIGHT);
    Set<Integer> colors = new HashSet<>();
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        colors.add(image.getRGB(x, y));
      }
    }
    assertThat(colors.size()).isGreaterThan(100);
  }

  @Test
  void aWrongResultEndsWithStatusOneAndWritesNothing() throws IOException {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 1, 1700);
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", input, "--backend", "broken", "-o", output);
    assertThat(cli.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(cli.out()).contains("FAILED");
    assertThat(cli.err().lines()).hasSize(1);
    assertThat(cli.err()).contains("forward on broken is off", "nothing was written");
    assertThat(Files.exists(output)).isFalse();
  }

  @Test
  void everythingIsGivenBack() throws IOException {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 2, 300);
    long before = Tensor.openCount();
    assertPassed(Cli.run("run", input, "--hidden", 2));
    Cli.run("run", input, "--backend", "broken");
    assertThat(Tensor.openCount()).isEqualTo(before);
  }
}
