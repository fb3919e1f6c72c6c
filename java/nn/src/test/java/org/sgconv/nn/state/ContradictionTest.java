package org.sgconv.nn.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.io.ElementType;
import org.sgconv.io.Safetensors;
import org.sgconv.nn.Held;
import org.sgconv.nn.RefusedCall;
import org.sgconv.nn.SmallModels;
import org.sgconv.nn.TrainedModel;
import org.sgconv.nn.Values;
import org.sgconv.nn.model.DecoderSpec;
import org.sgconv.nn.model.EncoderSpec;
import org.sgconv.nn.model.NormKind;
import org.sgconv.nn.model.Pooling;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.nn.model.SequenceModelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Files and specs that contradict each other: the message names both, and nothing is left open. */
class ContradictionTest {

  private static final SmallModels KIND = SmallModels.TOKENS_AFTER;
  private static final String LAYER = "model.layers.1.layer.";
  private static final String NORM = "model.layers.1.norm.norm.";

  @ParameterizedTest
  @MethodSource
  void files(RefusedCall<StateFile> refusal) {
    try (TrainedModel on = new TrainedModel(KIND, Backends.reference(), DType.FLOAT64);
        StateFile file = StateFile.of(on.model)) {
      Held before = Held.now();
      try (StateFile changed = StateFile.of(on.model)) {
        refusal.check(changed);
      }
      before.requireSame(refusal.what());
      try (SequenceModel loaded = file.load(KIND.spec())) {
        assertThat(Values.of(loaded)).as("without the change").isEqualTo(Values.of(on.model));
      }
    }
  }

  static Stream<RefusedCall<StateFile>> files() {
    return Stream.of(
        missing(LAYER + "D"),
        missing(LAYER + "output_linear.0.bias"),
        missing(LAYER + "multiplier"),
        missing(LAYER + "kernel_norm"),
        missing(LAYER + "kernel_norm_initialized"),
        missing(NORM + "running_var"),
        missing(NORM + "num_batches_tracked"),
        missing("encoder.0.weight"),
        missing("decoder.0.output_transform.bias"),
        refusal(
            "a scale too few",
            "kernel_list has 3 scales … scales = 4",
            file -> file.remove(LAYER + "kernel_list.3")),
        refusal(
            "a scale too many",
            "kernel_list has 5 scales … scales = 4",
            file -> file.put(LAYER + "kernel_list.4", Tensor.zeros(DType.FLOAT64, 2, 4, 3))),
        refusal(
            "a surplus tensor",
            "no place for … \"head.weight\" … state the configuration",
            file -> file.put("head.weight", Tensor.zeros(DType.FLOAT64, 2))),
        refusal(
            "a surplus number",
            "no place for … \"model.norm.norm.num_batches_tracked\"",
            file -> file.put("model.norm.norm.num_batches_tracked", new long[] {1})),
        misshapen("decoder.0.output_transform.weight", "(4, 3)", "(3, 4)", 4, 3),
        misshapen("encoder.0.weight", "(10, 4)", "(9, 4)", 10, 4),
        misshapen(NORM + "running_mean", "(4, 1)", "(4)", 4, 1),
        misshapen(LAYER + "D", "(4)", "(1, 4)", 4),
        refusal(
            "a misshapen kernel",
            "kernel_list.2 is … (2, 4, 5) … (2, 4, 3)",
            file -> file.put(LAYER + "kernel_list.2", Tensor.zeros(DType.FLOAT64, 2, 4, 5))),
        notFinite("encoder.0.weight", Double.NaN),
        notFinite(NORM + "weight", Double.POSITIVE_INFINITY),
        notFinite(NORM + "running_var", Double.NaN),
        notFinite(LAYER + "D", Double.NEGATIVE_INFINITY),
        refusal(
            "a kernel that is no number",
            "model.layers.1.layer. … NaN at",
            file -> file.tensor(LAYER + "kernel_list.1").set(Double.NaN, 1, 2, 0)),
        refusal(
            "a norm of 0",
            "norm of kernel channel 0, row 2 is 0.0: must be above 0",
            file -> file.tensor(LAYER + "kernel_norm").set(0, 0, 2, 0)),
        refusal(
            "a variance below 0",
            NORM + "running_var … -0.5 … at least 0",
            file -> file.tensor(NORM + "running_var").set(-0.5, 3)),
        refusal(
            "integers as a weight",
            "\"decoder.0.output_transform.bias\" … I64",
            file -> file.put("decoder.0.output_transform.bias", new long[] {1, 2, 3})),
        refusal(
            "a float as a number",
            "num_batches_tracked\" is \"F64\", expected an integer type",
            file -> file.put(NORM + "num_batches_tracked", Tensor.zeros(DType.FLOAT64))),
        refusal(
            "three numbers as one",
            "num_batches_tracked\" has shape (3), expected one element",
            file -> file.put(NORM + "num_batches_tracked", new long[] {1, 2, 3})),
        refusal(
            "a number of batches below 0",
            "num_batches_tracked … -1 … at least 0",
            file -> file.put(NORM + "num_batches_tracked", new long[] {-1})));
  }

  private interface Change {
    void to(StateFile file);
  }

  private static RefusedCall<StateFile> refusal(String what, String message, Change change) {
    return new RefusedCall<>(
        what,
        InvalidFileException.class,
        message,
        file -> {
          change.to(file);
          file.load(KIND.spec()).close();
        });
  }

  private static RefusedCall<StateFile> missing(String name) {
    return refusal("no " + name, "\"" + name + "\"", file -> file.remove(name));
  }

  private static RefusedCall<StateFile> misshapen(
      String name, String found, String expected, long... shape) {
    return refusal(
        name + " " + found,
        name.endsWith(".D")
            ? name + "\" has shape " + found + " … " + expected
            : "\"" + name + "\" has shape " + found + ", but the configuration says " + expected,
        file -> file.put(name, Tensor.zeros(DType.FLOAT64, shape)));
  }

  private static RefusedCall<StateFile> notFinite(String name, double value) {
    return refusal(
        name + " of " + value,
        "\"" + name + "\" … holds " + value + " at",
        file -> file.tensor(name).setFlat(0, value));
  }

  @ParameterizedTest
  @MethodSource
  void specs(RefusedCall<UnaryOperator<SequenceModelSpec>> refusal) {
    refusal.check(UnaryOperator.identity());
  }

  static Stream<RefusedCall<UnaryOperator<SequenceModelSpec>>> specs() {
    SequenceModelSpec spec = KIND.spec();
    return Stream.of(
        wrong(
            "a layer too many",
            "\"model.layers.2.",
            with(3, NormKind.BATCH, false, spec.encoder(), spec.decoder())),
        wrong(
            "a layer too few",
            "no place for … \"model.layers.1.layer.D\"",
            with(1, NormKind.BATCH, false, spec.encoder(), spec.decoder())),
        wrong(
            "layer norm for batch norm",
            "no place for … \"model.layers.0.norm.norm.running_mean\"",
            with(2, NormKind.LAYER, false, spec.encoder(), spec.decoder())),
        wrong(
            "norm first",
            "\"model.norm.norm.weight\"",
            with(2, NormKind.BATCH, true, spec.encoder(), spec.decoder())),
        wrong(
            "another vocabulary",
            "\"encoder.0.weight\" has shape (9, 4), but the configuration says (18, 4)",
            with(2, NormKind.BATCH, false, new EncoderSpec.OfTokens(18), spec.decoder())),
        wrong(
            "signals",
            "\"encoder.0.weight\" has shape (9, 4), but the configuration says (4, 1)",
            with(2, NormKind.BATCH, false, new EncoderSpec.OfSignals(1), spec.decoder())),
        wrong(
            "other classes",
            "has shape (3, 4), but the configuration says (10, 4)",
            with(
                2,
                NormKind.BATCH,
                false,
                spec.encoder(),
                new DecoderSpec(Pooling.MEAN, false, 10))),
        wrong(
            "pairs",
            "\"decoder.0.retrieval.classifier.0.weight\"",
            with(2, NormKind.BATCH, false, spec.encoder(), new DecoderSpec(Pooling.MEAN, true, 3))),
        wrong("the layers of signals", "decay", SmallModels.SIGNALS.spec()),
        wrong("transposed layers", "\"model.layers.0.", SmallModels.TRANSPOSED.spec()));
  }

  private static RefusedCall<UnaryOperator<SequenceModelSpec>> wrong(
      String what, String message, SequenceModelSpec stated) {
    return new RefusedCall<>(
        what,
        InvalidFileException.class,
        message,
        ignored -> {
          try (SequenceModel model =
                  SequenceModel.create(Backends.reference(), KIND.spec(), DType.FLOAT64, 1);
              StateFile file = StateFile.of(model)) {
            Held before = Held.now();
            try {
              file.load(stated).close();
            } finally {
              before.requireSame(what);
            }
          }
        });
  }

  private static SequenceModelSpec with(
      int layers, NormKind norm, boolean normFirst, EncoderSpec encoder, DecoderSpec decoder) {
    SequenceModelSpec spec = KIND.spec();
    return new SequenceModelSpec(
        layers, spec.layer(), norm, normFirst, spec.dropout(), encoder, decoder);
  }

  /** Integers of any width are numbers. */
  @Test
  void numbersOfAnotherIntegerType() {
    try (TrainedModel on = new TrainedModel(KIND, Backends.reference(), DType.FLOAT64);
        StateFile file = StateFile.of(on.model)) {
      file.put(NORM + "num_batches_tracked", ElementType.U16, new long[] {65535});
      try (SequenceModel loaded = file.load(KIND.spec())) {
        assertThat(Values.of(loaded).get(NORM + "num_batches_tracked")).containsExactly(65535L);
      }
    }
  }

  @Test
  void namesThatCollide() {
    assertThatThrownBy(() -> NameMap.of(Map.of("D", "x", "bias", "x")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("two published names have one name");
    NameMap names = NameMap.of(Map.of("running_mean", "running_var"));
    try (TrainedModel on = new TrainedModel(KIND, Backends.reference(), DType.FLOAT64);
        StateFile file = StateFile.of(on.model)) {
      Held before = Held.now();
      assertThatThrownBy(() -> file.load(KIND.spec(), names))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("\"model.layers.0.norm.norm.running_var\"")
          .hasMessageContaining("keeps them apart");
      before.requireSame("loading");
    }
  }

  @Test
  void aFileWithTheNamesOfAnotherProgram() {
    try (TrainedModel on = new TrainedModel(KIND, Backends.reference(), DType.FLOAT64);
        Safetensors file = Safetensors.of("other", StateDict.toBytes(on.model))) {
      NameMap names = NameMap.of(Map.of("D", "skip_weight"));
      assertThatThrownBy(
              () ->
                  SequenceModel.load(
                      file, names, "", KIND.spec(), Backends.reference(), DType.FLOAT64))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("\"model.layers.0.layer.skip_weight\"");
      assertThatThrownBy(
              () ->
                  SequenceModel.load(
                      file,
                      NameMap.PUBLISHED,
                      "state.",
                      KIND.spec(),
                      Backends.reference(),
                      DType.FLOAT64))
          .isInstanceOf(InvalidFileException.class)
          .hasMessageContaining("\"state.model.layers.0.layer.D\"");
    }
  }
}
