package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.cli.audio.WavReader;
import org.sgconv.io.ElementType;
import org.sgconv.io.Safetensors;
import org.sgconv.io.SafetensorsWriter;
import org.sgconv.io.TensorEntry;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.Pass;
import org.sgconv.nn.layer.SgConvLayer;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.nn.state.SeededSource;
import org.sgconv.nn.state.StateDict;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** Whole layers from files, applied to files. */
class WholeLayerRunTest {

  private static final Pattern ASKED =
      Pattern.compile("needs (\\d+) bytes, tensors, plans and spectra hold (\\d+) already");

  @TempDir Path folder;

  private long open;

  @BeforeEach
  void start() {
    open = Tensor.openCount();
  }

  @AfterEach
  void everythingIsGivenBack() {
    System.clearProperty(HostMemory.PROPERTY);
    assertThat(Tensor.openCount()).isEqualTo(open);
  }

  private static Path golden(String name) {
    String root = System.getProperty("sgconv.root");
    return Path.of(root, "java/cli/src/test/resources/golden", name + ".safetensors");
  }

  private static Cli runLayer(Path input, Path file, String prefix, Object... more) {
    List<Object> args = new ArrayList<>(List.of("run", input, "--checkpoint", file, "--layer"));
    if (!prefix.isEmpty()) {
      args.addAll(List.of("--prefix", prefix));
    }
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private static void assertPassed(Cli cli, String verdict) {
    assertThat(cli.status()).as(cli.out() + cli.err()).isZero();
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out()).contains(verdict).containsPattern("(?m)^convolution .*\\n^layer ");
  }

  private static double error(Tensor expected, Tensor actual) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double error = 0;
    double square = 0;
    for (long i = 0; i < expected.elementCount(); i++) {
      error += Math.pow(actual.getFlat(i) - expected.getFlat(i), 2);
      square += Math.pow(expected.getFlat(i), 2);
    }
    return Math.sqrt(error / square);
  }

  @ParameterizedTest
  @CsvSource({
    "layer_gelu_linear, causal, linear map from 6 to 6 channels",
    "layer_glu_bidirectional, bidirectional, linear map from 6 to 12 channels with GLU",
    "layer_ln_untransposed, causal, 'layer norm, linear map from 10 to 10 channels with GLU'"
  })
  void givesWhatThePublishedCodeGave(String name, String mode, String described)
      throws IOException {
    compareWithPublished(name, mode, described, "reference", "Not checked: the reference itself");
  }

  @ParameterizedTest
  @CsvSource({
    "layer_gelu_linear, causal, GELU",
    "layer_glu_bidirectional, bidirectional, GELU",
    "layer_ln_untransposed, causal, GELU"
  })
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void soDoesTheCpu(String name, String mode, String described) throws IOException {
    compareWithPublished(name, mode, described, "cpu", "float64 reference: passed");
    forgetWorkspace();
  }

  /** The backend keeps one for its next call. */
  private void forgetWorkspace() {
    assertThat(Tensor.openCount()).isBetween(open, open + 1);
    open = Tensor.openCount();
  }

  private void compareWithPublished(
      String name, String mode, String described, String backend, String verdict)
      throws IOException {
    Path file = golden("layers/" + name);
    Path input = folder.resolve("in.safetensors");
    Path output = folder.resolve("out.safetensors");
    try (Safetensors published = Safetensors.open(file);
        TensorScope scope = TensorScope.onHost()) {
      // Signals of a layer that is not the transposed one are (B,L,H) there.
      boolean swapped = name.contains("untransposed");
      Tensor u = scope.adopt(published.read("u"));
      Safetensors.writer().add("u", swapped ? scope.adopt(u.transpose()) : u).write(input);
      Cli cli = runLayer(input, file, "state.", "--mode", mode, "--backend", backend, "-o", output);
      assertPassed(cli, verdict);
      assertThat(cli.out()).contains(described, "wrote " + output + ": y");
      try (Safetensors written = Safetensors.open(output)) {
        assertThat(written.names()).containsExactly("y");
        assertThat(written.metadata()).containsKeys("signal", "layer", "sgconv.version");
        Tensor y = scope.adopt(published.read("y"));
        Tensor out = scope.adopt(written.read("y"));
        assertThat(error(swapped ? scope.adopt(y.transpose()) : y, out)).isLessThan(1e-6);
      }
    }
  }

  /** One layer among others: only what begins with the prefix is its own. */
  @Test
  void takesALayerOutOfAModel() {
    Path model = golden("models/model_image");
    int hidden;
    try (Safetensors file = Safetensors.open(model)) {
      hidden = (int) (long) file.entry("state.model.layers.0.layer.D").dims().get(1);
    }
    Path input = SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 2, hidden, 50);
    for (int layer = 0; layer < 2; layer++) {
      Cli cli =
          runLayer(
              input,
              model,
              "state.model.layers." + layer + ".layer.",
              "--mode",
              "bidirectional",
              "--backend",
              "broken");
      assertPassed(cli, "float64 reference: passed");
    }
  }

  private static SgConvLayer layer(boolean glu, String norm, DecayLaw decay, int heads) {
    KernelSpec kernel =
        KernelSpec.builder()
            .hidden(4)
            .heads(heads)
            .kernelDim(6)
            .scales(3)
            .mode(ConvolutionMode.BIDIRECTIONAL)
            .decay(decay)
            .build();
    SgConvSpec spec =
        SgConvSpec.of(kernel)
            .withGlu(glu)
            .withNorm(!norm.equals("none"))
            .withTransposed(norm.equals("scalar"));
    return SgConvLayer.create(spec, SeededSource.of(Backends.reference(), DType.FLOAT64, 3));
  }

  private Path write(SgConvLayer layer) {
    Path file = folder.resolve("layer.safetensors");
    StateDict.write(layer, file);
    return file;
  }

  private Path layerFile() {
    try (SgConvLayer layer = layer(true, "none", DecayLaw.GEOMETRIC, 1)) {
      return write(layer);
    }
  }

  /** What a layer has is seen in its file; the check passes on a backend that is not off here. */
  @ParameterizedTest
  @CsvSource({
    "true, none, GEOMETRIC, 1",
    "false, none, POWER, 2",
    "true, layer, POWER, 1",
    "false, layer, GEOMETRIC, 2",
    "true, scalar, GEOMETRIC, 2",
    "false, scalar, POWER, 1"
  })
  void seesWhatALayerHas(boolean glu, String norm, DecayLaw decay, int heads) {
    Path input = SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 3, 4, 70);
    Path output = folder.resolve("out.safetensors");
    try (SgConvLayer layer = layer(glu, norm, decay, heads);
        Pass pass = Pass.evaluation(Backends.reference(), DType.FLOAT64);
        TensorScope scope = TensorScope.onHost()) {
      Path file = write(layer);
      Cli cli =
          runLayer(input, file, "", "--mode", "bidirectional", "--backend", "broken", "-o", output);
      assertPassed(cli, "what comes after it at 210 of 210 positions");
      assertThat(cli.out()).contains("convolution of 4 of 4 rows", "float64 reference: passed");
      assertThat(cli.out().contains("with GLU")).isEqualTo(glu);
      assertThat(cli.out().contains(norm + " norm")).isEqualTo(!norm.equals("none"));
      assertThat(cli.out().contains("power law")).isEqualTo(decay == DecayLaw.POWER);
      assertThat(cli.out()).contains("from " + 4 * heads + " to " + (glu ? 8 : 4) + " channels");
      try (Safetensors in = Safetensors.open(input);
          Safetensors written = Safetensors.open(output)) {
        Tensor u = scope.adopt(in.read("u", DType.FLOAT64));
        Tensor y = scope.adopt(written.read("y", DType.FLOAT64));
        assertThat(error(layer.forward(u, pass), y)).isLessThan(2e-6);
      }
    }
  }

  @Test
  void aWrongConvolutionAndAWrongLinearMapAreFound() {
    Path file = layerFile();
    Path output = folder.resolve("out.safetensors");
    Path short17 = SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 1, 4, 17);
    Object[] options = {"--mode", "bidirectional", "--backend", "broken", "-o", output};
    Cli convolution = runLayer(short17, file, "", options);
    assertThat(convolution.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(convolution.out()).contains("FAILED");
    assertThat(convolution.err())
        .contains("the convolution on broken is off", "nothing was written");
    Path long29 =
        SampleFiles.tensor(
            folder.resolve("in.safetensors"), "u", 1, 4, BrokenBackend.BROKEN_LINEAR_MAP);
    Cli map = runLayer(long29, file, "", options);
    assertThat(map.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(map.err()).contains("the layer's output on broken is off", "row 0 at 3: expected");
    assertThat(output).doesNotExist();
  }

  /** A norm makes quiet passages loud, with the rounding of a convolution that is not quiet. */
  @ParameterizedTest
  @ValueSource(strings = {"layer", "scalar"})
  void quietPassagesAreNotCalledWrong(String norm) throws IOException {
    float[] samples = new float[4001];
    for (int i = 2000; i < samples.length; i++) {
      samples[i] = (float) (Math.sin(0.3 * i) * (i < 3000 ? 1e-6 : 1));
    }
    Path input = SampleFiles.raw(folder.resolve("in.f32"), samples);
    try (SgConvLayer layer = layer(true, norm, DecayLaw.GEOMETRIC, 1)) {
      assertPassed(bothWays(input, write(layer)), "float64 reference: passed");
    }
  }

  /** The scalar norm divides by how far channels are apart: silence has no result, and no blame. */
  @Test
  void whereTheScalarNormHasNoResultNothingIsJudged() throws IOException {
    float[] samples = new float[40];
    Path input = SampleFiles.raw(folder.resolve("in.f32"), samples);
    try (SgConvLayer layer = layer(true, "scalar", DecayLaw.GEOMETRIC, 1)) {
      Path file = write(layer);
      String verdict = "passed, but for what is out of range";
      assertPassed(bothWays(input, file), verdict);
      samples[39] = 1;
      SampleFiles.raw(input, samples);
      Cli cli = bothWays(input, file);
      assertPassed(cli, verdict);
      assertThat(cli.out()).contains("divides by zero");
    }
  }

  private static Cli bothWays(Path input, Path file) {
    return runLayer(
        input, file, "", "--hidden", 4, "--mode", "bidirectional", "--backend", "broken");
  }

  @Test
  void writesASoundAndAPlot() throws IOException {
    Path input = SampleFiles.wav(folder.resolve("in.wav"), 2, 300);
    Path output = folder.resolve("out.wav");
    Path plot = folder.resolve("out.png");
    Cli cli =
        runLayer(
            input,
            layerFile(),
            "",
            "--hidden",
            4,
            "--mode",
            "bidirectional",
            "--backend",
            "broken",
            "-o",
            output,
            "--plot",
            plot);
    assertPassed(cli, "float64 reference: passed");
    assertThat(WavReader.read(output, note -> {}).channelCount()).isEqualTo(8);
    assertThat(Files.size(plot)).isGreaterThan(1000);
  }

  /** Sizes are added up first, and only then is a value read, of which the first is no number. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "layer"})
  void whatDoesNotFitIsRefusedBeforeItIsRead(String norm) throws IOException {
    refuseBeforeReading(norm, "broken", 1 << 16);
  }

  /** The cpu has a workspace for its linear maps besides. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "layer"})
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void soItIsOnTheCpu(String norm) throws IOException {
    refuseBeforeReading(norm, "cpu", 1 << 16);
    forgetWorkspace();
  }

  private void refuseBeforeReading(String norm, String backend, long more) throws IOException {
    float[] samples = new float[200_000];
    samples[0] = Float.NaN;
    Path input = SampleFiles.raw(folder.resolve("in.f32"), samples);
    try (SgConvLayer layer = layer(true, norm, DecayLaw.GEOMETRIC, 2)) {
      Path file = write(layer);
      long held = HostMemory.heldBytes();
      Object[] options = {"--hidden", 4, "--mode", "bidirectional", "--backend", backend};
      System.setProperty(HostMemory.PROPERTY, String.valueOf(held + (1 << 20)));
      Cli refused = runLayer(input, file, "", options);
      assertThat(refused.status()).isEqualTo(ExitStatus.BAD_INPUT);
      assertThat(refused.err()).contains("no host memory for a run on signal in.f32");
      assertThat(refused.err()).contains("(1, 4, 200000)").doesNotContain("NaN");
      // With what was asked for, and what the plan asks for then, it comes to its end.
      samples[0] = 1;
      SampleFiles.raw(input, samples);
      long tensors = asked(refused);
      System.setProperty(HostMemory.PROPERTY, String.valueOf(tensors));
      long all = asked(runLayer(input, file, "", options));
      assertThat(all).isGreaterThan(tensors);
      System.setProperty(HostMemory.PROPERTY, String.valueOf(all + more));
      assertPassed(runLayer(input, file, "", options), "float64 reference: passed");
    }
  }

  /** What a refusal names, with what is held already. */
  private static long asked(Cli cli) {
    Matcher text = ASKED.matcher(cli.err());
    assertThat(text.find()).as(cli.out() + cli.err()).isTrue();
    return Long.parseLong(text.group(1)) + Long.parseLong(text.group(2));
  }

  @Test
  void namesOptionsThatMakeNoSense() throws IOException {
    Path input = SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 1, 4, 30);
    Path file = layerFile();
    Cli alone = Cli.run("run", input, "--layer");
    assertThat(alone.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(alone.err()).contains("--layer: only with --checkpoint");
    assertThat(Cli.run("run", "--layer").err()).contains("--layer: only with --checkpoint");
    assertThat(Cli.run("run", input, "--layer", "--preset", "hall").err())
        .contains("--layer: only with --checkpoint");
    assertRefused(runLayer(input, file, "", "--preset", "hall"), "--preset hall", "not with");
    assertRefused(runLayer(input, file, "", "--seed", 2), "--seed 2", "not with --checkpoint");
    assertRefused(runLayer(input, file, "", "--skip", 1), "--skip 1.0", "its own skip");
    Path wide = SampleFiles.tensor(folder.resolve("wide.safetensors"), "u", 1, 5, 30);
    assertRefused(runLayer(wide, file, "", "--mode", "bidirectional"), "H = 4", "H = 5");
    assertRefused(runLayer(input, file, ""), "kernel_list.0", "CAUSAL");
    assertRefused(runLayer(input, file, "", "--mode", "bidirectional", "-o", file), "is an input");
  }

  private static void assertRefused(Cli cli, String... parts) {
    assertThat(cli.status()).as(cli.out() + cli.err()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(cli.err().lines()).as(cli.err()).hasSize(1);
    assertThat(cli.err()).contains(parts);
  }

  @Test
  void namesWhatIsWrongWithAFile() {
    Path input = SampleFiles.tensor(folder.resolve("in.safetensors"), "u", 1, 4, 30);
    Path file = layerFile();
    assertRefused(runLayer(input, file, "other."), "other.kernel_list.0");
    String weight = "output_linear.0.weight";
    String bias = "output_linear.0.bias";
    refused(input, file, "\"output_linear.0.weight\" nor \"output_linear.weight\"", drop(weight));
    refused(input, file, bias, drop(bias));
    refused(
        input,
        file,
        "\"output_linear.weight\" has shape (8, 4), but the configuration says (4, 4)",
        rename(weight, "output_linear.weight"));
    refused(
        input,
        file,
        "both tensors \"output_linear.0.weight\"",
        twice(weight, "output_linear.weight"));
    refused(input, file, "no place for: \"norm.weight\"", twice(bias, "norm.weight"));
    refused(input, file, "\"norm.norm.weight\" has shape (8)", twice(bias, "norm.norm.weight"));
    refused(input, file, "has shape (8), but the configuration says (8, 4)", rename(bias, weight));
  }

  private void refused(Path input, Path file, String part, UnaryOperator<String> names) {
    Path changed = folder.resolve("changed.safetensors");
    try (Safetensors original = Safetensors.open(file);
        TensorScope scope = TensorScope.onHost()) {
      SafetensorsWriter writer = Safetensors.writer();
      for (TensorEntry entry : original.entries().values()) {
        for (String name : names.apply(entry.name()).split(",", -1)) {
          if (name.isEmpty()) {
            continue;
          }
          if (entry.type().orElseThrow() == ElementType.BOOL) {
            writer.add(name, ElementType.BOOL, original.readIntegers(entry.name()));
          } else {
            writer.add(name, scope.adopt(original.read(entry.name())));
          }
        }
      }
      writer.write(changed);
    }
    Cli cli = runLayer(input, changed, "", "--mode", "bidirectional", "--backend", "reference");
    assertRefused(cli, "changed.safetensors", part);
  }

  private static UnaryOperator<String> drop(String dropped) {
    return name -> name.equals(dropped) ? "" : name;
  }

  private static UnaryOperator<String> rename(String from, String to) {
    return name -> name.equals(from) ? to : name.equals(to) ? from : name;
  }

  private static UnaryOperator<String> twice(String from, String also) {
    return name -> name.equals(from) ? from + "," + Objects.requireNonNull(also) : name;
  }
}
