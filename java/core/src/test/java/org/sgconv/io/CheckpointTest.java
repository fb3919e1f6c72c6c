package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.InvalidFileException;
import org.sgconv.TypeMismatchException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

class CheckpointTest {

  private static final int HIDDEN = 3;

  @TempDir Path folder;

  private static KernelSpec.Builder builder(DecayLaw decay) {
    return KernelSpec.builder()
        .mode(ConvolutionMode.BIDIRECTIONAL)
        .heads(2)
        .hidden(HIDDEN)
        .kernelDim(4)
        .scales(3)
        .decay(decay)
        .decayRange(0.5, 2);
  }

  private static Checkpoint random(KernelSpec spec, DType type) {
    Tensor skip = Tensor.zeros(type, spec.heads(), spec.hidden());
    skip.fill(0.25);
    return new Checkpoint(KernelParameters.random(spec, type, 7), skip, java.util.List.of());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenIsReadBack(DecayLaw decay) {
    KernelSpec spec = builder(decay).build();
    for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      Path path = folder.resolve(type.name());
      try (Checkpoint written = random(spec, type)) {
        KernelSynthesis.on(org.sgconv.Backends.reference()).norm(written.parameters());
        written.write(path);
        try (Checkpoint read = Checkpoint.read(path, spec, type)) {
          same(read.parameters().weights(), written.parameters().weights());
          same(read.parameters().decay(), written.parameters().decay());
          same(read.parameters().norm().orElseThrow(), written.parameters().norm().orElseThrow());
          same(read.skip(), written.skip());
          assertThat(read.ignored()).isEmpty();
        }
      }
    }
  }

  /** Kernels are never of 16 bits, whatever the file holds. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BFLOAT16", "FLOAT16"})
  void parametersOf16BitsAreRefused(DType type) {
    KernelSpec spec = builder(DecayLaw.GEOMETRIC).build();
    Path path = folder.resolve("wide");
    try (Checkpoint written = random(spec, DType.FLOAT32)) {
      written.write(path);
    }
    long open = Tensor.openCount();
    assertThatThrownBy(() -> Checkpoint.read(path, spec, type))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("FLOAT32 or FLOAT64");
    assertThat(Tensor.openCount()).isEqualTo(open);
  }

  private static void same(Tensor actual, Tensor expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.toDoubleArray()).containsExactly(expected.toDoubleArray());
  }

  /** Names and shapes of the export are those of the published layer's state. */
  @Test
  void exportsHaveThePublishedNamesAndShapes() {
    Path path = folder.resolve("export");
    try (Checkpoint checkpoint = random(builder(DecayLaw.GEOMETRIC).build(), DType.FLOAT32)) {
      checkpoint.write(path, "layer.");
    }
    assertThat(listing(path))
        .containsExactly(
            "layer.D F32 (2, 3)",
            "layer.kernel_list.0 F32 (4, 3, 4)",
            "layer.kernel_list.1 F32 (4, 3, 4)",
            "layer.kernel_list.2 F32 (4, 3, 4)",
            "layer.kernel_norm F32 (4, 3, 1)",
            "layer.kernel_norm_initialized BOOL ()",
            "layer.multiplier F32 (1, 3, 1)");
    try (Checkpoint checkpoint = random(builder(DecayLaw.POWER).build(), DType.FLOAT64)) {
      checkpoint.write(path);
    }
    assertThat(listing(path)).contains("decay F64 (3)", "multiplier F64 ()");
  }

  private static Set<String> listing(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      Set<String> listing = new TreeSet<>();
      file.entries()
          .values()
          .forEach(
              entry -> listing.add(entry.name() + " " + entry.dtype() + " " + entry.shapeText()));
      return listing;
    }
  }

  /** One layer among others: the rest of the file is listed. */
  @Test
  void aPrefixPicksOneLayer() {
    KernelSpec spec = builder(DecayLaw.GEOMETRIC).build();
    Path path = folder.resolve("model");
    try (Layer layer = new Layer(spec);
        Tensor other = Tensor.zeros(DType.FLOAT32, 1)) {
      SafetensorsWriter writer = Safetensors.writer();
      layer.addTo(writer, "layers.0.layer.");
      writer.add("layers.0.output_linear.weight", other).add("kernel_list.0", other).write(path);
      try (Checkpoint read = Checkpoint.read(path, spec, DType.FLOAT64, "layers.0.layer.")) {
        assertThat(read.ignored())
            .containsExactly("kernel_list.0", "layers.0.output_linear.weight");
        assertThat(read.parameters().type()).isEqualTo(DType.FLOAT64);
      }
      assertThatThrownBy(() -> Checkpoint.read(path, spec, DType.FLOAT64, "layers.1."))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("layers.1.kernel_list.0");
    }
  }

  /** Files saved before the first forward pass hold ones, with H rows in older versions. */
  @Test
  void aNormThatIsNotYetTakenIsTakenAtImport() {
    KernelSpec spec = builder(DecayLaw.POWER).build();
    for (long[] shape : new long[][] {{4, HIDDEN, 1}, {HIDDEN, 1}}) {
      try (Layer layer = new Layer(spec)) {
        layer.initialized = false;
        layer.replaceNorm(shape);
        try (Checkpoint read = layer.read(spec);
            KernelParameters expected =
                KernelParameters.of(spec, layer.weights.copy(), layer.decay.copy())) {
          KernelSynthesis.on(org.sgconv.Backends.reference()).norm(expected);
          same(read.parameters().norm().orElseThrow(), expected.norm().orElseThrow());
        }
      }
    }
  }

  @Test
  void contradictionsNameTheShapeAndTheSpec() {
    contradicts(b -> b.scales(4), "3 scales", "(4, 3, 4)", "scales = 4");
    contradicts(b -> b.scales(2), "3 scales", "scales = 2");
    contradicts(b -> b.kernelDim(5), "kernel_list.0 is (4, 3, 4)", "= (4, 3, 5)");
    contradicts(b -> b.hidden(2), "kernel_list.0 is (4, 3, 4)", "= (4, 2, 4)");
    contradicts(b -> b.heads(4), "kernel_list.0 is (4, 3, 4)", "= (8, 3, 4)");
    contradicts(
        b -> b.mode(ConvolutionMode.CAUSAL), "kernel_list.0 is (4, 3, 4)", "CAUSAL", "= (2, 3, 4)");
    // As many kernel channels, another meaning: only the skip tells.
    contradicts(b -> b.mode(ConvolutionMode.CAUSAL).heads(4), "D is (2, 3)", "= (4, 3)");
    contradicts(b -> b.decay(DecayLaw.POWER), "there is no decay", "decay = POWER");
  }

  @Test
  void powerLawFilesContradictTheGeometricLaw() {
    try (Layer layer = new Layer(builder(DecayLaw.POWER).build())) {
      refused(layer, builder(DecayLaw.GEOMETRIC).build(), "decay (3)", "decay = GEOMETRIC");
    }
  }

  private void contradicts(Consumer<KernelSpec.Builder> change, String... messages) {
    KernelSpec.Builder changed = builder(DecayLaw.GEOMETRIC);
    change.accept(changed);
    try (Layer layer = new Layer(builder(DecayLaw.GEOMETRIC).build())) {
      refused(layer, changed.build(), messages);
    }
  }

  @Test
  void valuesThatCannotBeAreRefused() {
    KernelSpec power = builder(DecayLaw.POWER).build();
    try (Layer layer = new Layer(power)) {
      layer.multiplier.fill(2);
      refused(layer, power, "multiplier", "2.0", "expected 1");
    }
    try (Layer layer = new Layer(power)) {
      layer.weights.set(Double.NaN, 1, 2, 0, 3);
      refused(layer, power, "weights", "NaN");
    }
    try (Layer layer = new Layer(power)) {
      layer.skip.set(Double.POSITIVE_INFINITY, 1, 2);
      refused(layer, power, "D", "Infinity");
    }
    try (Layer layer = new Layer(power)) {
      layer.norm.set(0, 3, 1, 0);
      refused(layer, power, "norm", "0.0");
    }
    try (Layer layer = new Layer(power)) {
      layer.replaceNorm(HIDDEN, 1);
      refused(layer, power, "kernel_norm is (3, 1)", "= (4, 3, 1)");
    }
    try (Layer layer = new Layer(power)) {
      layer.initialized = false;
      layer.weights.fill(0);
      refused(layer, power, "norm");
    }
  }

  /** A refused import keeps no memory. */
  private void refused(Layer layer, KernelSpec spec, String... messages) {
    long before = Tensor.openCount();
    Path path = layer.write(folder.resolve("refused"));
    assertThatThrownBy(() -> Checkpoint.read(path, spec, DType.FLOAT64))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("refused")
        .hasMessageContainingAll(messages);
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  /** The tensors of a file, to be spoilt. */
  private final class Layer implements AutoCloseable {

    private final TensorScope scope = TensorScope.onHost();
    private final KernelSpec spec;
    private final Tensor weights;
    private final Tensor decay;
    private final Tensor multiplier;
    private final Tensor skip;
    private Tensor norm;
    private boolean initialized = true;

    Layer(KernelSpec spec) {
      this.spec = spec;
      try (KernelParameters random = KernelParameters.random(spec, DType.FLOAT64, 3)) {
        weights = scope.adopt(random.weights().copy());
        decay = scope.adopt(random.decay().copy());
      }
      multiplier = scope.of(new double[] {1}, new long[0]);
      skip = scope.zeros(DType.FLOAT64, spec.heads(), spec.hidden());
      norm = scope.zeros(DType.FLOAT64, spec.channels(), spec.hidden(), 1);
      norm.fill(2);
    }

    void replaceNorm(long... shape) {
      norm = scope.zeros(DType.FLOAT64, shape);
      norm.fill(1);
    }

    Checkpoint read(KernelSpec as) {
      return Checkpoint.read(write(folder.resolve("layer")), as, DType.FLOAT64);
    }

    Path write(Path path) {
      SafetensorsWriter writer = Safetensors.writer();
      addTo(writer, "");
      writer.write(path);
      return path;
    }

    void addTo(SafetensorsWriter writer, String prefix) {
      for (int i = 0; i < spec.scales(); i++) {
        writer.add(prefix + "kernel_list." + i, weights.slice(i));
      }
      if (spec.decay() == DecayLaw.POWER) {
        writer.add(prefix + "decay", decay).add(prefix + "multiplier", multiplier);
      } else {
        writer.add(prefix + "multiplier", decay.reshape(1, spec.hidden(), 1));
      }
      writer
          .add(prefix + "D", skip)
          .add(prefix + "kernel_norm", norm)
          .add(prefix + "kernel_norm_initialized", initialized);
    }

    @Override
    public void close() {
      scope.close();
    }
  }
}
