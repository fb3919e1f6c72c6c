package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavWriter;

/** Whatever is wrong with a response: status 2, one line that names it, no file. */
class ResponseBadInputTest {

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

  private Path wav(String name, int rate, int channels, int frames) throws IOException {
    float[][] samples = new float[channels][frames];
    for (float[] channel : samples) {
      channel[0] = 0.5f;
    }
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      WavWriter.write(new Sound(rate, samples), WavWriter.Format.FLOAT32, out);
    }
    return file;
  }

  private Path signal() throws IOException {
    return wav("in.wav", 48_000, 1, 100);
  }

  private Cli run(Path signal, Object kernel, Object... more) {
    Object[] args = new Object[more.length + 6];
    System.arraycopy(
        new Object[] {"run", signal, "--kernel", kernel, "-o", folder.resolve("out.wav")},
        0,
        args,
        0,
        6);
    System.arraycopy(more, 0, args, 6, more.length);
    return Cli.run(args);
  }

  private Path bytes(String name, String content) throws IOException {
    return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void filesThatAreNoResponse() throws IOException {
    Path signal = signal();
    assertRefused(run(signal, folder.resolve("in-none.wav")), "in-none.wav", "does not exist");
    Path directory = Files.createDirectory(folder.resolve("in-hall"));
    assertRefused(run(signal, directory), "in-hall", "is a folder, expected a file");
    Path named = Files.createDirectory(folder.resolve("in-hall.wav"));
    assertRefused(run(signal, named), "in-hall.wav", "is a folder, expected a file");
    assertRefused(run(directory, signal), "in-hall", "is a folder");
    Path png = bytes("in-png.wav", "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR");
    assertRefused(run(signal, png), "in-png.wav", "PNG picture", "no samples");
    Path jpeg = bytes("in-jpeg.wav", "\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF");
    assertRefused(run(signal, jpeg), "in-jpeg.wav", "JPEG picture");
    Path picture = bytes("in.png", "\u0089PNG\r\n\u001a\n");
    assertRefused(run(signal, picture), "in.png", ".wav, .f32, .raw or .safetensors");
    Path text = bytes("in-text.wav", "hello, I am a hall");
    assertRefused(run(signal, text), "in-text.wav", "not a WAV file");
    Path pointer = bytes("in-lfs.wav", "version https://git-lfs.github.com/spec/v1\noid sha256:0");
    assertRefused(run(signal, pointer), "in-lfs.wav", "Git LFS pointer", "git lfs pull");
    assertRefused(run(signal, bytes("in-empty.wav", "")), "in-empty.wav", "0 bytes");
    assertRefused(run(signal, "./room"), "room", "unknown kind of file");
  }

  @Test
  void roomsThatNoHeapHolds() throws IOException {
    Path signal = wav("in.wav", Integer.MAX_VALUE, 1, 5);
    assertRefused(run(signal, "room"), "room at 2147483647 Hz", "does not fit", "Java heap");
  }

  @Test
  void responsesWithoutSamples() throws IOException {
    byte[] none = Files.readAllBytes(wav("in-none.wav", 48_000, 1, 1));
    none[none.length - 8] = 0; // The data chunk is empty.
    Path file = Files.write(folder.resolve("in-none.wav"), Arrays.copyOf(none, 58));
    assertRefused(run(signal(), file), "in-none.wav");
    assertRefused(run(file, signal()), "in-none.wav");
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void valuesThatAreNotFinite(float value) throws IOException {
    Path kernel = SampleFiles.raw(folder.resolve("in.f32"), 1, 2, value, 4);
    assertRefused(
        run(signal(), kernel, "--raw-rate", 48_000), "in.f32", "sample 2", String.valueOf(value));
    assertRefused(
        run(kernel, signal(), "--raw-rate", 48_000), "in.f32", "sample 2", String.valueOf(value));
    float[][] bad = {{0, 0, 0}, {0, value, 0}};
    Path sound = folder.resolve("in-bad.wav");
    try (OutputStream out = Files.newOutputStream(sound)) {
      WavWriter.write(new Sound(48_000, bad), WavWriter.Format.FLOAT32, out);
    }
    assertRefused(run(signal(), sound), "in-bad.wav", "sample 1 of channel 1 (at 0.000 s)");
  }

  @Test
  void ratesThatDiffer() throws IOException {
    Path kernel = wav("in-hall.wav", 44_100, 1, 10);
    assertRefused(
        run(signal(), kernel),
        "in-hall.wav has 44100 Hz",
        "signal in.wav has 48000 Hz",
        "--resample");
    Path raw = SampleFiles.raw(folder.resolve("in.f32"), 1, 2);
    assertRefused(run(signal(), raw), "in.f32 states no sample rate", "48000 Hz", "--raw-rate");
    assertRefused(run(raw, kernel, "--format", "float32"), "--raw-rate");
    assertRefused(run(signal(), raw, "--raw-rate", 8000), "8000 Hz", "--resample");
    assertRefused(
        run(signal(), wav("in-1.wav", 1, 1, 3), "--resample"), "from 1 to 48000 Hz", "1024");
    assertRefused(run(signal(), kernel, "--raw-rate", 8000), "in.wav", "leave --raw-rate out");
    assertRefused(run(signal(), "room", "--raw-rate", 8000), "in.wav", "leave --raw-rate out");
    Cli series = Cli.run("run", raw, "--kernel", "room");
    assertRefused(series, "--kernel room", "in.f32 has not", "--raw-rate");
    assertRefused(Cli.run("run", raw, "--kernel", raw, "--normalize"), "--normalize needs");
    assertRefused(Cli.run("run", raw, "--kernel", raw, "--resample"), "--resample needs");
  }

  @Test
  void channelsThatDoNotFit() throws IOException {
    assertRefused(
        run(signal(), wav("in-3.wav", 48_000, 3, 10)), "in-3.wav", "3 channels", "4 (true stereo");
    Path three = wav("in-signal.wav", 48_000, 3, 50);
    assertRefused(
        run(three, wav("in-2.wav", 48_000, 2, 10)), "response of 2", "signal of 3", "1 or 2");
    assertRefused(
        run(three, wav("in-4.wav", 48_000, 4, 10)), "response of 4", "signal of 3", "any");
    Path tensor = SampleFiles.tensor(folder.resolve("in.safetensors"), "kernel", 2, 3, 40);
    assertRefused(
        run(signal(), tensor, "--raw-rate", 48_000), "in.safetensors", "6 channels", "(2, 3, 40)");
    assertRefused(
        run(signal(), tensor, "--raw-rate", 48_000, "--kernel-tensor", "h"), "\"h\"", "kernel");
  }

  /** The file is sparse: it takes no room on the disk, and its samples would take 32 GiB. */
  @Test
  void kernelsThatNoMemoryHolds() throws IOException {
    Path kernel = folder.resolve("in.f32");
    try (RandomAccessFile file = new RandomAccessFile(kernel.toFile(), "rw")) {
      file.setLength(1L << 35);
    }
    assertRefused(
        run(signal(), kernel, "--raw-rate", 48_000), "in.f32", "8589934592 samples", "-Xmx");
    // Resampled it would be too long.
    try (RandomAccessFile file = new RandomAccessFile(kernel.toFile(), "rw")) {
      file.setLength(1L << 28);
    }
    assertRefused(
        run(signal(), kernel, "--raw-rate", 100, "--resample"), "in.f32", "67108864 samples");
  }

  /** Hours of sound, which would be known only after they were computed. */
  @Test
  void soundsThatNoWavFileHolds() throws IOException {
    Path signal = folder.resolve("in.f32");
    try (RandomAccessFile file = new RandomAccessFile(signal.toFile(), "rw")) {
      file.setLength(1L << 33);
    }
    Path kernel = wav("in-hall.wav", 48_000, 1, 10);
    assertRefused(
        run(signal, kernel, "--raw-rate", 48_000), "out.wav", "2147483648 samples", ".safetensors");
    assertRefused(
        run(signal, "room", "--raw-rate", 48_000, "--format", "pcm16"), "2 channels of 2147483648");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0.1", "1.5", "NaN", "Infinity"})
  void mixesThatAreNone(String mix) throws IOException {
    assertRefused(run(signal(), "room", "--mix", mix), "--mix is " + Double.valueOf(mix), "0 to 1");
  }

  @Test
  void optionsThatSayNothingHere() throws IOException {
    Path signal = signal();
    assertRefused(Cli.run("run", signal, "--mix", 0.5), "--mix 0.5", "only with --kernel");
    assertRefused(Cli.run("run", signal, "--tail"), "--tail", "only with --kernel");
    assertRefused(Cli.run("run", signal, "--normalize"), "--normalize", "only with --kernel");
    assertRefused(Cli.run("run", signal, "--resample"), "--resample", "only with --kernel");
    assertRefused(Cli.run("run", signal, "--kernel-tensor", "k"), "--kernel-tensor k");
    assertRefused(run(signal, ""), "--kernel is empty");
    assertRefused(run(signal, signal, "--kernel-tensor", "k"), "--kernel-tensor k", ".safetensors");
    assertRefused(run(signal, "room", "--kernel-tensor", "k"), "--kernel-tensor k");
    assertRefused(run(signal, "room", "--resample"), "--resample", "has every rate");
    assertRefused(run(signal, "room", "--hidden", 2), "--hidden 2", "not with --kernel");
    assertRefused(run(signal, "room", "--rows", 0), "--rows is 0");
    Object[][] others = {
      {"--preset", "hall"},
      {"--seed", 2},
      {"--skip", 0.5},
      {"--mode", "causal"},
      {"--checkpoint", signal},
      {"--layer"},
      {"--prefix", "x"},
      {"--composition", "sum"},
      {"--interpolation", "linear"},
      {"--init-scale", 1}
    };
    for (Object[] other : others) {
      assertRefused(run(signal, "room", other), other[0].toString(), "not with --kernel");
    }
  }

  @Test
  void outputsThatCannotBe() throws IOException {
    Path signal = signal();
    Path kernel = wav("in-hall.wav", 48_000, 1, 10);
    byte[] before = Files.readAllBytes(kernel);
    assertRefused(
        Cli.run("run", signal, "--kernel", kernel, "-o", kernel), "in-hall.wav", "is an input");
    assertRefused(Cli.run("run", signal, "--kernel", kernel, "-o", signal), "is an input");
    Path link = Files.createSymbolicLink(folder.resolve("in-link.wav"), kernel);
    assertRefused(Cli.run("run", signal, "--kernel", kernel, "-o", link), "is an input");
    assertThat(Files.readAllBytes(kernel)).isEqualTo(before);
    Path raw = SampleFiles.raw(folder.resolve("in.f32"), 1, 2);
    assertRefused(run(raw, raw), "out.wav", "needs a sample rate");
  }
}
