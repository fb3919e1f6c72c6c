package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavReader;
import org.sgconv.cli.audio.WavWriter;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.Tensor;

/** {@code run --kernel}, from the files that are read to the file that is written. */
class ResponseRunTest {

  private static final boolean PURE_JAVA = Boolean.getBoolean("sgconv.native.skip");

  /** Of values of about 1. */
  private static final float ROUNDING = 3e-6f;

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(41);

  private static void assertPassed(Cli cli) {
    assertThat(cli.status()).as(cli.err()).isZero();
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out())
        .contains("prepare", "convolve", "file to file")
        .contains(PURE_JAVA ? "Not checked" : "float64 reference: passed");
  }

  private float[] noise(int length) {
    float[] noise = new float[length];
    for (int i = 0; i < length; i++) {
      noise[i] = (float) random.nextDouble(-0.5, 0.5);
    }
    return noise;
  }

  private static float[] impulse(int length, int at) {
    float[] impulse = new float[length];
    impulse[at] = 1;
    return impulse;
  }

  private Path wav(String name, int rate, float[]... channels) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      WavWriter.write(new Sound(rate, channels), WavWriter.Format.FLOAT32, out);
    }
    return file;
  }

  private static Sound read(Path file) throws IOException {
    return WavReader.read(file, note -> {});
  }

  private static void assertNear(float[] actual, int from, float[] expected, float factor) {
    for (int i = 0; i < expected.length; i++) {
      float value = factor * expected[i];
      assertThat(actual[from + i]).as("at %d", i).isBetween(value - ROUNDING, value + ROUNDING);
    }
  }

  /** Without rates: a time series and a filter. */
  @ParameterizedTest
  @CsvSource({"30, false, 100", "30, true, 129", "250, false, 100", "250, true, 349"})
  void anImpulseGivesTheResponse(int lags, boolean tail, int expected) throws IOException {
    Path signal = SampleFiles.raw(folder.resolve("in.f32"), impulse(100, 0));
    float[] response = noise(lags);
    Path kernel = SampleFiles.raw(folder.resolve("hall.raw"), response);
    Path output = folder.resolve("out.safetensors");
    assertPassed(
        tail
            ? Cli.run("run", signal, "--kernel", kernel, "--tail", "-o", output)
            : Cli.run("run", signal, "--kernel", kernel, "-o", output));
    try (Safetensors file = Safetensors.open(output);
        Tensor y = file.read("y");
        Tensor applied = file.read("kernel")) {
      assertThat(y.shape().toArray()).containsExactly(1, expected);
      assertThat(applied.toFloatArray()).isEqualTo(response);
      float[] head = new float[Math.min(lags, expected)];
      System.arraycopy(response, 0, head, 0, head.length);
      assertNear(y.toFloatArray(), 0, head, 1);
    }
  }

  @Test
  void stereoResponsesMakeMonoSoundsStereo() throws IOException {
    Path signal = wav("in.wav", 48_000, impulse(5000, 17));
    float[] left = noise(900);
    float[] right = noise(900);
    Path kernel = wav("hall.wav", 48_000, left, right);
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", signal, "--kernel", kernel, "-o", output);
    assertPassed(cli);
    assertThat(cli.out()).contains("kernel   hall.wav: stereo", "output   2 rows");
    Sound sound = read(output);
    assertThat(sound.sampleRate()).isEqualTo(48_000);
    assertThat(sound.frameCount()).isEqualTo(5000);
    assertNear(sound.channel(0), 17, left, 1);
    assertNear(sound.channel(1), 17, right, 1);
  }

  @Test
  void trueStereoCrossesOver() throws IOException {
    Path signal = wav("in.wav", 44_100, impulse(3000, 100), impulse(3000, 1500));
    float[][] paths = {noise(400), noise(400), noise(400), noise(400)};
    Path kernel = wav("hall.wav", 44_100, paths);
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", signal, "--kernel", kernel, "-o", output);
    assertPassed(cli);
    assertThat(cli.out()).contains("true stereo (LL, LR, RL, RR)");
    Sound sound = read(output);
    assertNear(sound.channel(0), 100, paths[0], 1);
    assertNear(sound.channel(1), 100, paths[1], 1);
    assertNear(sound.channel(0), 1500, paths[2], 1);
    assertNear(sound.channel(1), 1500, paths[3], 1);
  }

  @Test
  void everyChannelHearsAMonoResponse() throws IOException {
    Path signal = wav("in.wav", 8000, impulse(200, 0), impulse(200, 50), impulse(200, 99));
    float[] response = noise(20);
    Path kernel = wav("hall.wav", 8000, response);
    Path output = folder.resolve("out.wav");
    assertPassed(Cli.run("run", signal, "--kernel", kernel, "-o", output));
    Sound sound = read(output);
    assertThat(sound.channelCount()).isEqualTo(3);
    assertNear(sound.channel(0), 0, response, 1);
    assertNear(sound.channel(1), 50, response, 1);
    assertNear(sound.channel(2), 99, response, 1);
  }

  @Test
  void theMixKeepsTheSignal() throws IOException {
    Path signal = wav("in.wav", 8000, impulse(200, 3));
    float[] response = noise(20);
    Path kernel = wav("hall.wav", 8000, response);
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", signal, "--kernel", kernel, "--mix", 0.25, "--tail", "-o", output);
    assertPassed(cli);
    assertThat(cli.out()).contains("25% of the response");
    float[] expected = new float[20];
    for (int i = 0; i < 20; i++) {
      expected[i] = 0.25f * response[i] + (i == 0 ? 0.75f : 0);
    }
    assertThat(read(output).frameCount()).isEqualTo(219);
    assertNear(read(output).channel(0), 3, expected, 1);
  }

  @Test
  void normalizesByAFactorThatIsStated() throws IOException {
    Path signal = wav("in.wav", 44_100, impulse(200, 0));
    float[] response = {0.5f, -0.5f, 0.5f, -0.5f};
    Path kernel = wav("hall.wav", 44_100, response);
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", signal, "--kernel", kernel, "--normalize", "-o", output);
    assertPassed(cli);
    assertThat(cli.out()).contains("normalized by 0.002500 (-52.0 dB)");
    assertNear(read(output).channel(0), 0, response, 0.0025f);
  }

  /** At the other rate an impulse is heard as loud as before, and where it was. */
  @Test
  void resamplesWhereItIsToldTo() throws IOException {
    float[] tone = new float[4800];
    for (int i = 0; i < tone.length; i++) {
      tone[i] = 0.5f * (float) Math.sin(i);
    }
    Path signal = wav("in.wav", 48_000, tone);
    Path kernel = wav("hall.wav", 44_100, impulse(100, 0));
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", signal, "--kernel", kernel, "--resample", "-o", output);
    assertPassed(cli);
    assertThat(cli.out()).contains("resampled from 44100 to 48000 Hz");
    float[] heard = read(output).channel(0);
    for (int i = 500; i < 4300; i++) {
      assertThat(heard[i]).isBetween(tone[i] - ROUNDING, tone[i] + ROUNDING);
    }
    // Where rates are the same there is nothing to do.
    Path same = wav("same.wav", 48_000, impulse(100, 0));
    Cli plain = Cli.run("run", signal, "--kernel", same, "--resample");
    assertPassed(plain);
    assertThat(plain.out()).doesNotContain("resampled");
  }

  @Test
  void readsResponsesOfEveryKind() throws IOException {
    Path signal = wav("in.wav", 8000, noise(300));
    Path raw = SampleFiles.raw(folder.resolve("hall.f32"), noise(40));
    assertPassed(Cli.run("run", signal, "--kernel", raw, "--raw-rate", 8000));
    Path tensors = SampleFiles.tensor(folder.resolve("hall.safetensors"), "kernel", 2, 1, 40);
    Cli cli = Cli.run("run", signal, "--kernel", tensors, "--raw-rate", 8000);
    assertPassed(cli);
    assertThat(cli.out()).contains("hall.safetensors: stereo");
    Path named = SampleFiles.tensor(folder.resolve("other.safetensors"), "h", 40);
    assertPassed(
        Cli.run("run", signal, "--kernel", named, "--kernel-tensor", "h", "--raw-rate", 8000));
    // What a run has written is a response as well.
    Path written = folder.resolve("out.safetensors");
    assertPassed(Cli.run("run", signal, "--kernel", raw, "--raw-rate", 8000, "-o", written));
    assertPassed(Cli.run("run", signal, "--kernel", written, "--raw-rate", 8000));
  }

  @Test
  void theShippedRecordingAndTheRoomNeedNoFile() throws IOException {
    Path output = folder.resolve("out.wav");
    Path plot = folder.resolve("out.png");
    Cli cli =
        Cli.run(
            "run",
            "--kernel",
            "room",
            "--mix",
            0.4,
            "--tail",
            "-o",
            output,
            "--format",
            "pcm16",
            "--plot",
            plot);
    assertPassed(cli);
    assertThat(cli.out())
        .contains("speech.wav", "room: stereo", "1.20 s", "out.wav: 16-bit, gain ");
    Sound sound = read(output);
    assertThat(sound.channelCount()).isEqualTo(2);
    assertThat(sound.frameCount()).isEqualTo(159_734 + 26_460 - 1);
    assertThat(sound.channel(0)).isNotEqualTo(sound.channel(1));
    assertThat(ImageIO.read(plot.toFile()).getWidth()).isPositive();
  }

  /** Every rate has its room. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8000, 192_000})
  void theRoomIsThereAtEveryRate(int rate) throws IOException {
    Path signal = wav("in.wav", rate, noise(500));
    assertPassed(Cli.run("run", signal, "--kernel", "room", "--tail"));
  }

  @Test
  void sixteenBitOutputStatesItsGain() throws IOException {
    Path signal = wav("in.wav", 8000, impulse(200, 0));
    Path kernel = wav("hall.wav", 8000, new float[] {4, 2});
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", signal, "--kernel", kernel, "-o", output, "--format", "pcm16");
    assertPassed(cli);
    assertThat(cli.out()).contains("16-bit, gain 0.2500 (-12.0 dB) so that the peak of 4.000");
    assertThat(read(output).peak()).isBetween(0.9999f, 1f);
  }

  @Test
  void aWrongResultEndsWithStatusOneAndWritesNothing() throws IOException {
    Path signal = wav("in.wav", 8000, noise(4000));
    Path kernel = wav("hall.wav", 8000, noise(BrokenBackend.BROKEN_LAGS));
    Path output = folder.resolve("out.wav");
    Cli cli = Cli.run("run", signal, "--kernel", kernel, "--backend", "broken", "-o", output);
    assertThat(cli.status()).as(cli.out() + cli.err()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(cli.out()).contains("FAILED");
    assertThat(cli.err().lines()).hasSize(1);
    assertThat(cli.err()).contains("convolution on broken is off", "nothing was written");
    assertThat(output).doesNotExist();
    Path other = wav("other.wav", 8000, noise(1000));
    Cli right = Cli.run("run", signal, "--kernel", other, "--backend", "broken", "-o", output);
    assertThat(right.status()).as(right.err()).isZero();
  }

  /** Below the normal range of float32 the result says nothing, and nothing is wrong. */
  @Test
  void aResponseOfDenormalNumbersIsOutOfRange() throws IOException {
    float[] tiny = noise(20_000);
    for (int i = 0; i < tiny.length; i++) {
      tiny[i] *= 1e-42f;
    }
    Path signal = SampleFiles.raw(folder.resolve("in.f32"), noise(20_000));
    Path kernel = SampleFiles.raw(folder.resolve("tiny.f32"), tiny);
    Cli cli = Cli.run("run", signal, "--kernel", kernel);
    assertThat(cli.status()).as(cli.err()).isEqualTo(ExitStatus.OK);
    assertThat(cli.out()).contains(PURE_JAVA ? "Not checked" : "out of float32's range");
  }

  @Test
  void theReferenceComputesTooButIsNotChecked() throws IOException {
    Path signal = wav("in.wav", 8000, noise(500));
    Path kernel = wav("hall.wav", 8000, noise(70));
    Cli cli = Cli.run("run", signal, "--kernel", kernel, "--backend", "reference");
    assertThat(cli.status()).isZero();
    assertThat(cli.out()).contains("Not checked: the reference itself computed this.");
  }

  /** Longer than what is computed at a time: the seams are checked against float64. */
  @Test
  void longSoundsGoThroughInStretches() throws IOException {
    Path signal = wav("in.wav", 48_000, noise(4_500_000));
    Path kernel = wav("hall.wav", 48_000, noise(20_000));
    Path output = folder.resolve("out.wav");
    assertPassed(Cli.run("run", signal, "--kernel", kernel, "--tail", "-o", output));
    assertThat(read(output).frameCount()).isEqualTo(4_519_999);
  }

  @Test
  void everythingIsGivenBack() throws IOException {
    Path signal = wav("in.wav", 8000, noise(3000), noise(3000));
    Path kernel = wav("hall.wav", 8000, noise(700), noise(700));
    long before = Tensor.openCount();
    assertPassed(
        Cli.run("run", signal, "--kernel", kernel, "-o", folder.resolve("out.safetensors")));
    Cli.run("run", signal, "--kernel", kernel, "-o", folder.resolve("no/out.wav"));
    assertThat(Tensor.openCount()).isEqualTo(before);
  }
}
