package org.sgconv.nn.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.io.Safetensors;
import org.sgconv.io.SafetensorsWriter;
import org.sgconv.nn.FailingBackend;
import org.sgconv.nn.Held;
import org.sgconv.nn.Pass;
import org.sgconv.nn.SmallModels;
import org.sgconv.nn.TrainedModel;
import org.sgconv.nn.Values;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Files of models: names and shapes as the published code has them, and values bit for bit. */
class StateDictTest {

  private static final Backend BACKEND = Backends.reference();

  @TempDir Path folder;

  /** As ListOps: tokens, batch norm after the layer, geometric decay. */
  @Test
  void namesOfATokenModel() {
    assertThat(StateFile.contents(SmallModels.TOKENS_AFTER))
        .containsExactlyInAnyOrder(
            "encoder.0.weight F64 (9, 4)",
            "model.layers.0.layer.D F64 (1, 4)",
            "model.layers.0.layer.output_linear.0.weight F64 (8, 4)",
            "model.layers.0.layer.output_linear.0.bias F64 (8)",
            "model.layers.0.layer.kernel_list.0 F64 (2, 4, 3)",
            "model.layers.0.layer.kernel_list.1 F64 (2, 4, 3)",
            "model.layers.0.layer.kernel_list.2 F64 (2, 4, 3)",
            "model.layers.0.layer.kernel_list.3 F64 (2, 4, 3)",
            "model.layers.0.layer.multiplier F64 (1, 4, 1)",
            "model.layers.0.layer.kernel_norm F64 (2, 4, 1)",
            "model.layers.0.layer.kernel_norm_initialized BOOL ()",
            "model.layers.0.norm.norm.weight F64 (4)",
            "model.layers.0.norm.norm.bias F64 (4)",
            "model.layers.0.norm.norm.running_mean F64 (4)",
            "model.layers.0.norm.norm.running_var F64 (4)",
            "model.layers.0.norm.norm.num_batches_tracked I64 ()",
            "model.layers.1.layer.D F64 (1, 4)",
            "model.layers.1.layer.output_linear.0.weight F64 (8, 4)",
            "model.layers.1.layer.output_linear.0.bias F64 (8)",
            "model.layers.1.layer.kernel_list.0 F64 (2, 4, 3)",
            "model.layers.1.layer.kernel_list.1 F64 (2, 4, 3)",
            "model.layers.1.layer.kernel_list.2 F64 (2, 4, 3)",
            "model.layers.1.layer.kernel_list.3 F64 (2, 4, 3)",
            "model.layers.1.layer.multiplier F64 (1, 4, 1)",
            "model.layers.1.layer.kernel_norm F64 (2, 4, 1)",
            "model.layers.1.layer.kernel_norm_initialized BOOL ()",
            "model.layers.1.norm.norm.weight F64 (4)",
            "model.layers.1.norm.norm.bias F64 (4)",
            "model.layers.1.norm.norm.running_mean F64 (4)",
            "model.layers.1.norm.norm.running_var F64 (4)",
            "model.layers.1.norm.norm.num_batches_tracked I64 ()",
            "decoder.0.output_transform.weight F64 (3, 4)",
            "decoder.0.output_transform.bias F64 (3)");
  }

  /** As Image: signals, layer norm, power law with frozen exponents. */
  @Test
  void namesOfASignalModel() {
    assertThat(StateFile.contents(SmallModels.SIGNALS))
        .containsExactlyInAnyOrder(
            "encoder.0.weight F64 (4, 1)",
            "encoder.0.bias F64 (4)",
            "model.layers.0.layer.D F64 (1, 4)",
            "model.layers.0.layer.output_linear.0.weight F64 (8, 4)",
            "model.layers.0.layer.output_linear.0.bias F64 (8)",
            "model.layers.0.layer.kernel_list.0 F64 (2, 4, 3)",
            "model.layers.0.layer.kernel_list.1 F64 (2, 4, 3)",
            "model.layers.0.layer.kernel_list.2 F64 (2, 4, 3)",
            "model.layers.0.layer.kernel_list.3 F64 (2, 4, 3)",
            "model.layers.0.layer.decay F64 (4)",
            "model.layers.0.layer.multiplier F64 ()",
            "model.layers.0.layer.kernel_norm F64 (2, 4, 1)",
            "model.layers.0.layer.kernel_norm_initialized BOOL ()",
            "model.layers.0.norm.norm.weight F64 (4)",
            "model.layers.0.norm.norm.bias F64 (4)",
            "model.layers.1.layer.D F64 (1, 4)",
            "model.layers.1.layer.output_linear.0.weight F64 (8, 4)",
            "model.layers.1.layer.output_linear.0.bias F64 (8)",
            "model.layers.1.layer.kernel_list.0 F64 (2, 4, 3)",
            "model.layers.1.layer.kernel_list.1 F64 (2, 4, 3)",
            "model.layers.1.layer.kernel_list.2 F64 (2, 4, 3)",
            "model.layers.1.layer.kernel_list.3 F64 (2, 4, 3)",
            "model.layers.1.layer.decay F64 (4)",
            "model.layers.1.layer.multiplier F64 ()",
            "model.layers.1.layer.kernel_norm F64 (2, 4, 1)",
            "model.layers.1.layer.kernel_norm_initialized BOOL ()",
            "model.layers.1.norm.norm.weight F64 (4)",
            "model.layers.1.norm.norm.bias F64 (4)",
            "decoder.0.output_transform.weight F64 (3, 4)",
            "decoder.0.output_transform.bias F64 (3)");
  }

  /** What only some models have: the last norm, a norm inside, pairs, a map without a gate. */
  @Test
  void namesThatOnlySomeModelsHave() {
    assertThat(StateFile.contents(SmallModels.TRANSPOSED))
        .contains(
            "model.layers.1.norm.norm.m F64 (1)",
            "model.layers.1.norm.norm.s F64 (1)",
            "model.layers.1.layer.norm.norm.m F64 (1)",
            "model.layers.1.layer.norm.norm.s F64 (1)",
            "model.layers.1.layer.D F64 (2, 4)",
            "model.layers.1.layer.output_linear.0.weight F64 (8, 8)",
            "model.layers.1.layer.kernel_list.0 F64 (2, 4, 3)",
            "model.norm.norm.m F64 (1)",
            "model.norm.norm.s F64 (1)");
    assertThat(StateFile.contents(SmallModels.PAIRS))
        .contains(
            "model.norm.norm.weight F64 (4)",
            "model.norm.norm.bias F64 (4)",
            "model.norm.norm.running_mean F64 (4)",
            "model.norm.norm.running_var F64 (4)",
            "model.norm.norm.num_batches_tracked I64 ()",
            "decoder.0.retrieval.classifier.0.weight F64 (4, 16)",
            "decoder.0.retrieval.classifier.0.bias F64 (4)",
            "decoder.0.retrieval.classifier.2.weight F64 (3, 4)",
            "decoder.0.retrieval.classifier.2.bias F64 (3)")
        .noneMatch(line -> line.contains("output_transform"));
    assertThat(StateFile.contents(SmallModels.LAST))
        .contains(
            "encoder.0.weight F64 (4, 3)",
            "model.layers.0.layer.output_linear.weight F64 (4, 4)",
            "model.layers.0.layer.output_linear.bias F64 (4)",
            "model.layers.0.layer.norm.norm.weight F64 (4)",
            "model.layers.0.layer.norm.norm.bias F64 (4)");
  }

  /** After some steps, so that buffers and numbers are not those of a new model. */
  @ParameterizedTest
  @EnumSource
  void whatIsLoadedIsWhatWasSaved(SmallModels kind) {
    Path file = folder.resolve("model.safetensors");
    Held before = Held.now();
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64)) {
      on.step();
      on.step();
      on.model.save(file);
      try (SequenceModel loaded = SequenceModel.load(file, kind.spec(), BACKEND, DType.FLOAT64);
          Pass pass = loaded.evaluationPass();
          Pass same = on.model.evaluationPass()) {
        Map<String, List<Long>> values = Values.of(on.model);
        assertThat(Values.of(loaded)).isEqualTo(values);
        assertThat(values.getOrDefault("model.layers.1.norm.norm.num_batches_tracked", List.of(3L)))
            .containsExactly(3L);
        assertThat(Values.bits(loaded.forward(on.input, pass)))
            .isEqualTo(Values.bits(on.model.forward(on.input, same)));
        assertThat(StateDict.toBytes(loaded)).isEqualTo(StateDict.toBytes(on.model));
      }
    }
    before.requireSame("closing");
  }

  /** A model that nobody has used yet: saving takes the norms of its kernels. */
  @ParameterizedTest
  @EnumSource
  void aNewModelIsSavedWithItsNorms(SmallModels kind) {
    try (SequenceModel fresh = SequenceModel.create(BACKEND, kind.spec(), DType.FLOAT64, 11);
        TrainedModel used = new TrainedModel(kind, BACKEND, DType.FLOAT64);
        Safetensors file = Safetensors.of("new", StateDict.toBytes(fresh));
        SequenceModel loaded =
            SequenceModel.load(file, NameMap.PUBLISHED, "", kind.spec(), BACKEND, DType.FLOAT64)) {
      String norm = "model.layers.0.layer.kernel_norm";
      assertThat(Values.of(loaded).get(norm)).isEqualTo(Values.of(used.model).get(norm));
      assertThat(file.readInteger(norm + "_initialized")).isOne();
    }
  }

  @ParameterizedTest
  @EnumSource
  void otherTypesRoundToTheNearest(SmallModels kind) {
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64);
        SequenceModel narrow = on.model.copyTo(BACKEND, DType.FLOAT32);
        SequenceModel wide = narrow.copyTo(BACKEND, DType.FLOAT64)) {
      assertThat(narrow.type()).isEqualTo(DType.FLOAT32);
      Map<String, List<Long>> rounded = Values.of(narrow);
      assertThat(Values.of(wide)).as("every FLOAT32 is a FLOAT64").isEqualTo(rounded);
      Values.of(on.model)
          .forEach(
              (name, bits) ->
                  assertThat(rounded.get(name))
                      .as(name)
                      .isEqualTo(
                          name.endsWith("num_batches_tracked")
                                  || name.endsWith("kernel_norm_initialized")
                              ? bits
                              : bits.stream().map(StateDictTest::rounded).toList()));
    }
  }

  private static long rounded(long bits) {
    return Double.doubleToRawLongBits((float) Double.longBitsToDouble(bits));
  }

  @ParameterizedTest
  @EnumSource
  void aCopyOnAnotherBackendComputesTheSame(SmallModels kind) {
    Held before = Held.now();
    Backend other = new FailingBackend().backend;
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64);
        SequenceModel copy = on.model.copyTo(other, DType.FLOAT64);
        Pass pass = copy.trainingPass(5)) {
      assertThat(copy.backend()).isEqualTo(other);
      assertThat(Values.of(copy)).isEqualTo(Values.of(on.model));
      assertThat(Values.bits(copy.forward(on.input, pass))).isEqualTo(on.first.logits());
      on.step();
      assertThat(Values.of(copy)).as("nothing is shared").isEqualTo(Values.of(on.model));
      copy.parameters().getFirst().parameter().value().fill(0);
      assertThat(Values.of(copy)).isNotEqualTo(Values.of(on.model));
    }
    before.requireSame("closing");
  }

  /** Until its first forward pass an old file has a norm of another shape, which is none yet. */
  @ParameterizedTest
  @EnumSource
  void theNormOfAnOldFileIsTakenWhenItIsLoaded(SmallModels kind) {
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64);
        StateFile old = StateFile.of(on.model)) {
      for (int i = 0; i < 2; i++) {
        String norm = "model.layers." + i + ".layer.kernel_norm";
        old.put(norm, Tensor.zeros(DType.FLOAT64, 4, 1));
        old.put(norm + "_initialized", new long[] {0});
      }
      try (SequenceModel loaded = old.load(kind.spec())) {
        assertThat(Values.of(loaded)).isEqualTo(Values.of(on.model));
      }
    }
  }

  @Test
  void namesOfAnotherProgram() {
    SmallModels kind = SmallModels.TOKENS_AFTER;
    NameMap names =
        NameMap.of(
            Map.of(
                "D", "skip_weight",
                "output_linear.0.weight", "mix.w",
                "weight", "w",
                "encoder.0.weight", "table"));
    Path file = folder.resolve("other.safetensors");
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64)) {
      StateDict.write(on.model, file, names);
      try (Safetensors other = Safetensors.open(file);
          SequenceModel loaded =
              SequenceModel.load(other, names, "", kind.spec(), BACKEND, DType.FLOAT64)) {
        assertThat(other.names())
            .contains(
                "model.layers.0.layer.skip_weight",
                "model.layers.0.layer.mix.w",
                "model.layers.0.norm.norm.w",
                "model.layers.0.layer.output_linear.0.bias",
                "table")
            .noneMatch(name -> name.endsWith(".D") || name.endsWith("weight.w"));
        assertThat(Values.of(loaded)).isEqualTo(Values.of(on.model));
      }
    }
  }

  @Test
  void modelsInsideALargerFile() {
    SmallModels kind = SmallModels.PAIRS;
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64);
        StateFile alone = StateFile.of(on.model);
        Tensor step = Tensor.zeros(DType.FLOAT64, 1)) {
      SafetensorsWriter writer = Safetensors.writer();
      alone.addTo(writer, "state.");
      writer.add("optimizer.step", step);
      try (Safetensors larger = Safetensors.of("larger", writer.toBytes());
          SequenceModel loaded =
              SequenceModel.load(
                  larger, NameMap.PUBLISHED, "state.", kind.spec(), BACKEND, DType.FLOAT64)) {
        assertThat(Values.of(loaded)).isEqualTo(Values.of(on.model));
      }
    }
  }
}
