package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavWriter;
import org.sgconv.signal.Resampler;
import org.sgconv.tensor.Tensor;

class CorrelateCommandTest {

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(43);

  private float[] noise(int length, double scale) {
    float[] noise = new float[length];
    for (int i = 0; i < length; i++) {
      noise[i] = (float) (scale * random.nextDouble(-1, 1));
    }
    return noise;
  }

  private static void add(float[] signal, int at, float[] template, double factor, double offset) {
    for (int i = 0; i < template.length; i++) {
      signal[at + i] = (float) (factor * template[i] + offset);
    }
  }

  private Path wav(String name, int rate, float[]... channels) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      WavWriter.write(new Sound(rate, channels), WavWriter.Format.FLOAT32, out);
    }
    return file;
  }

  private static Cli passed(Object... args) {
    Object[] all = new Object[args.length + 1];
    all[0] = "correlate";
    System.arraycopy(args, 0, all, 1, args.length);
    Cli cli = Cli.run(all);
    assertThat(cli.status()).as(cli.err()).isZero();
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out()).contains("rank", "correlation", "two passes: passed");
    return cli;
  }

  /** Fields of the lines of a file, without its header. */
  private static List<String[]> lines(Path csv) throws IOException {
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines.getFirst()).isEqualTo("rank,row,template,sample,seconds,correlation");
    return lines.stream().skip(1).map(line -> line.split(",", -1)).toList();
  }

  /** Louder, quieter, on an offset: a template is found where it is, and nothing else is near 1. */
  @Test
  void findsATemplateWhereverItIs() throws IOException {
    float[] template = noise(500, 0.3);
    float[] signal = noise(20_000, 0.05);
    add(signal, 0, template, 1, 0);
    add(signal, 7000, template, 3, 0.5);
    add(signal, 19_500, template, 0.02, -4);
    Path csv = folder.resolve("out.csv");
    Path plot = folder.resolve("out.png");
    Cli cli =
        passed(
            wav("in.wav", 8000, signal),
            wav("template.wav", 8000, template),
            "--top",
            5,
            "-o",
            csv,
            "--plot",
            plot);
    assertThat(cli.out()).contains("signal    in.wav: 1 row", "template  template.wav: 1 row");
    List<String[]> found = lines(csv);
    assertThat(found).hasSize(5);
    assertThat(found.subList(0, 3).stream().map(line -> line[3]))
        .containsExactlyInAnyOrder("0", "7000", "19500");
    for (int i = 0; i < 5; i++) {
      assertThat(found.get(i)[0]).isEqualTo(String.valueOf(i + 1));
      float value = Float.parseFloat(found.get(i)[5]);
      if (i < 3) {
        // -4 has 24 bits: of 0.02 times the template the last are gone.
        assertThat(value).isGreaterThan(0.9999f);
        double seconds = Double.parseDouble(found.get(i)[4]);
        assertThat(seconds * 8000).isBetween(Long.parseLong(found.get(i)[3]) - 0.01, 1e9);
      } else {
        assertThat(value).isLessThan(0.4f);
      }
    }
    assertThat(ImageIO.read(plot.toFile()).getWidth()).isPositive();
  }

  @Test
  void everyRowMeetsEveryTemplate() throws IOException {
    float[][] templates = {noise(300, 1), noise(300, 1)};
    float[][] signal = {noise(4000, 0.1), noise(4000, 0.1), noise(4000, 0.1)};
    add(signal[2], 1234, templates[1], 1, 0);
    add(signal[0], 77, templates[0], 0.5, 0);
    Path csv = folder.resolve("out.csv");
    passed(
        wav("in.wav", 8000, signal),
        wav("template.wav", 8000, templates),
        "--top",
        2,
        "-o",
        csv,
        "--plot",
        folder.resolve("out.png"));
    List<String[]> found = lines(csv);
    assertThat(found.stream().map(line -> line[1] + " " + line[2] + " " + line[3]))
        .containsExactlyInAnyOrder("2 1 1234", "0 0 77");
  }

  /** Series without a rate have samples and no seconds. */
  @Test
  void seriesNeedNoRate() throws IOException {
    float[] template = noise(40, 1);
    float[] signal = noise(1000, 0.2);
    add(signal, 321, template, -1, 0);
    add(signal, 654, template, 1, 0);
    Path csv = folder.resolve("out.csv");
    passed(
        SampleFiles.raw(folder.resolve("in.f32"), signal),
        SampleFiles.raw(folder.resolve("template.raw"), template),
        "-o",
        csv,
        "--top",
        1);
    // The highest, not the largest: what is upside down correlates by -1.
    assertThat(lines(csv).getFirst()).startsWith("1", "0", "0", "654", "");
  }

  /** With its mean a constant is a template too. */
  @Test
  void meansMayStay() throws IOException {
    float[] signal = noise(1000, 1);
    add(signal, 400, new float[50], 0, 0.7);
    float[] ones = new float[50];
    Arrays.fill(ones, 1);
    Path csv = folder.resolve("out.csv");
    passed(
        wav("in.wav", 8000, signal),
        wav("template.wav", 8000, ones),
        "--keep-mean",
        "--top",
        1,
        "-o",
        csv);
    assertThat(lines(csv).getFirst()[3]).isEqualTo("400");
  }

  @Test
  void templatesOfAnotherRateAreResampled() throws IOException {
    float[] slow = noise(3000, 0.5);
    Path signal = wav("in.wav", 48_000, Resampler.of(16_000, 48_000).apply(slow));
    Path template = wav("template.wav", 16_000, Arrays.copyOfRange(slow, 1000, 1500));
    Path csv = folder.resolve("out.csv");
    Cli cli = passed(signal, template, "--resample", "--top", 1, "-o", csv);
    assertThat(cli.out()).contains("resampled from 16000 to 48000 Hz");
    assertThat(lines(csv).getFirst()[3]).isEqualTo("3000");
    // But for the ends, where the template is cut off.
    assertThat(Float.parseFloat(lines(csv).getFirst()[5])).isGreaterThan(0.99f);
  }

  /** Longer than what is computed at a time, with a template across the seam. */
  @Test
  void longSignalsGoThroughInStretches() throws IOException {
    float[] template = noise(1000, 1);
    float[] signal = noise(2_500_000, 0.1);
    int seam = 1 << 21;
    add(signal, seam - 300, template, 1, 0);
    add(signal, 2_499_000, template, 1, 0);
    Path csv = folder.resolve("out.csv");
    passed(
        wav("in.wav", 48_000, signal),
        wav("template.wav", 48_000, template),
        "--top",
        2,
        "-o",
        csv,
        "--plot",
        folder.resolve("out.png"));
    assertThat(lines(csv).stream().map(line -> line[3]))
        .containsExactlyInAnyOrder(String.valueOf(seam - 300), "2499000");
  }

  @Test
  void aSignalAsLongAsItsTemplateHasOneLag() throws IOException {
    float[] template = noise(100, 1);
    Path file = wav("in.wav", 8000, template);
    Path csv = folder.resolve("out.csv");
    passed(file, wav("template.wav", 8000, template), "-o", csv, "--plot", folder.resolve("x.png"));
    assertThat(lines(csv)).hasSize(1);
    assertThat(lines(csv).getFirst()[5]).isEqualTo("1.0");
  }

  @Test
  void nothingFoundIsSaid() throws IOException {
    Path silence = wav("in.wav", 8000, new float[500]);
    Path template = wav("template.wav", 8000, noise(20, 1));
    Path csv = folder.resolve("out.csv");
    Cli cli =
        Cli.run("correlate", silence, template, "-o", csv, "--plot", folder.resolve("out.png"));
    assertThat(cli.status()).as(cli.err()).isZero();
    assertThat(cli.out()).contains("No correlation is above 0.");
    assertThat(lines(csv)).isEmpty();
  }

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

  private Cli run(Object signal, Object template, Object... more) {
    Object[] args = new Object[more.length + 5];
    System.arraycopy(
        new Object[] {"correlate", signal, template, "-o", folder.resolve("out.csv")},
        0,
        args,
        0,
        5);
    System.arraycopy(more, 0, args, 5, more.length);
    return Cli.run(args);
  }

  @Test
  void templatesThatCannotBe() throws IOException {
    Path signal = wav("in.wav", 8000, noise(1000, 1));
    float[] same = new float[30];
    Arrays.fill(same, 0.5f);
    assertRefused(
        run(signal, wav("in-same.wav", 8000, same)), "in-same.wav", "constant (0.5)", "norm");
    assertRefused(
        run(signal, wav("in-zero.wav", 8000, noise(30, 1), new float[30]), "--keep-mean"),
        "in-zero.wav",
        "template 1",
        "zero");
    assertRefused(
        run(signal, wav("in-long.wav", 8000, noise(1001, 1))),
        "in-long.wav of 1001 samples is longer than signal in.wav of 1000");
    assertRefused(
        run(signal, wav("in-slow.wav", 4000, noise(501, 1)), "--resample"), "is longer than");
    assertRefused(
        run(signal, wav("in-rate.wav", 4000, noise(50, 1))), "4000 Hz", "8000 Hz", "--resample");
    Path raw = SampleFiles.raw(folder.resolve("in.f32"), 1, 2, Float.NaN);
    assertRefused(run(signal, raw), "in.f32 states no sample rate", "--raw-rate");
    assertRefused(run(signal, raw, "--raw-rate", 8000), "in.f32", "sample 2", "NaN");
    assertRefused(run(raw, signal, "--raw-rate", 8000), "longer than");
    Path some = SampleFiles.raw(folder.resolve("in-2.f32"), 1, 2);
    assertRefused(run(raw, some), "in.f32", "sample 2", "NaN");
  }

  @Test
  void filesThatAreNone() throws IOException {
    Path signal = wav("in.wav", 8000, noise(1000, 1));
    Path none = folder.resolve("in-none.wav");
    assertRefused(run(signal, none), "in-none.wav", "does not exist");
    assertRefused(run(none, signal), "in-none.wav", "does not exist");
    Path directory = Files.createDirectory(folder.resolve("in-folder"));
    assertRefused(run(signal, directory), "in-folder", "is a folder");
    assertRefused(run(directory, signal), "in-folder", "is a folder");
    Path png =
        Files.write(
            folder.resolve("in-png.wav"),
            "\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(run(signal, png), "in-png.wav", "PNG picture");
    assertRefused(Cli.run("correlate", signal), "TEMPLATE", "--help");
    assertRefused(run(signal, ""), "TEMPLATE is empty");
    assertRefused(run("", signal), "SIGNAL is empty");
  }

  @Test
  void outputsThatCannotBe() throws IOException {
    Path signal = wav("in.wav", 8000, noise(1000, 1));
    Path template = wav("in-template.wav", 8000, noise(10, 1));
    byte[] before = Files.readAllBytes(signal);
    assertRefused(Cli.run("correlate", signal, template, "-o", folder.resolve("out.txt")), ".csv");
    assertRefused(
        Cli.run("correlate", signal, template, "-o", folder.resolve("no/out.csv")), "folder");
    assertRefused(
        Cli.run("correlate", signal, template, "--plot", folder.resolve("out.jpg")), ".png");
    Path link = Files.createSymbolicLink(folder.resolve("in-link.csv"), signal);
    assertRefused(Cli.run("correlate", signal, template, "-o", link), "is an input");
    assertThat(Files.readAllBytes(signal)).isEqualTo(before);
    Path both = folder.resolve("out.csv");
    Path other = Files.createSymbolicLink(folder.resolve("in-both.png"), Path.of("out.csv"));
    assertRefused(
        Cli.run("correlate", signal, template, "-o", both, "--plot", other), "both the result");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "100001"})
  void numbersOfLagsThatCannotBe(String top) throws IOException {
    Path signal = wav("in.wav", 8000, noise(100, 1));
    assertRefused(run(signal, signal, "--top", top), "--top is " + top, "1 to 100000");
  }

  @Test
  void optionsThatSayNothingHere() throws IOException {
    Path signal = wav("in.wav", 8000, noise(100, 1));
    assertRefused(run(signal, signal, "--tensor", "u"), "--tensor u", ".safetensors");
    assertRefused(run(signal, signal, "--template-tensor", "u"), "--template-tensor u");
    assertRefused(run(signal, signal, "--raw-rate", 8000), "--raw-rate 8000", "leave it out");
    Path raw = SampleFiles.raw(folder.resolve("in.f32"), 1, 2, 4);
    assertRefused(run(raw, raw, "--raw-rate", 0), "--raw-rate is 0");
    assertRefused(run(raw, raw, "--resample"), "--resample needs sample rates");
  }

  @Test
  void everythingIsGivenBack() throws IOException {
    Path signal = wav("in.wav", 8000, noise(3000, 1));
    Path template = wav("template.wav", 8000, noise(70, 1));
    long before = Tensor.openCount();
    passed(signal, template);
    Cli.run("correlate", signal, wav("zero.wav", 8000, new float[70]));
    assertThat(Tensor.openCount()).isEqualTo(before);
  }
}
