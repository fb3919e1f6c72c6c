package org.sgconv.nn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.conv.RowLengths;
import org.sgconv.nn.FailingBackend;
import org.sgconv.nn.Held;
import org.sgconv.nn.Pass;
import org.sgconv.nn.PassStateException;
import org.sgconv.nn.RefusedCall;
import org.sgconv.nn.SmallModels;
import org.sgconv.nn.TrainedModel;
import org.sgconv.nn.Values;
import org.sgconv.nn.layer.ResidualBlock;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Wrong calls of a model: each is a typed error that says what is wrong, changes nothing and leaks
 * nothing, and the pass can be used as before.
 */
class ModelMisuseTest {

  private static final Backend BACKEND = Backends.reference();
  private static final long[] ROW = {1, 2, 3, 4};

  @ParameterizedTest
  @MethodSource
  void ofTokens(RefusedCall<TrainedModel> refusal) {
    check(SmallModels.TOKENS_AFTER, refusal);
  }

  static Stream<RefusedCall<TrainedModel>> ofTokens() {
    return Stream.of(
        new RefusedCall<>(
            "a negative token",
            InvalidArgumentException.class,
            "token -1 at (1, 0) … 0 to 8",
            on -> on.step(TokenBatch.of(new long[] {1, 2, -1, 3}, 2, 2), new long[2])),
        new RefusedCall<>(
            "a token beyond the vocabulary",
            InvalidArgumentException.class,
            "token 9 at (0, 3) … 0 to 8",
            on -> on.step(TokenBatch.of(new long[] {1, 2, 3, 9}, 1, 4), new long[1])),
        new RefusedCall<>(
            "padding beyond the vocabulary",
            InvalidArgumentException.class,
            "token 99 at (1, 1)",
            on -> on.step(TokenBatch.padded(List.of(ROW, new long[] {1}), 99), new long[2])),
        new RefusedCall<>(
            "too few tokens",
            ShapeMismatchException.class,
            "4 tokens … B·L = 2·3",
            on -> TokenBatch.of(ROW, 2, 3)),
        new RefusedCall<>(
            "no rows",
            ShapeMismatchException.class,
            "0 tokens … B·L = 0·3",
            on -> TokenBatch.of(new long[0], 0, 3)),
        new RefusedCall<>(
            "negative sizes",
            ShapeMismatchException.class,
            "4 tokens … B·L = -2·-2",
            on -> TokenBatch.of(ROW, -2, -2)),
        new RefusedCall<>(
            "sizes whose product is 4 modulo 2^64",
            ShapeMismatchException.class,
            "4 tokens … B·L = 4611686018427387905·4",
            on -> TokenBatch.of(ROW, (1L << 62) + 1, 4)),
        new RefusedCall<>(
            "no rows to pad",
            InvalidArgumentException.class,
            "no lengths are given",
            on -> TokenBatch.padded(List.of(), 0)),
        new RefusedCall<>(
            "an empty row to pad",
            InvalidArgumentException.class,
            "lengths[1] is 0 … at least 1",
            on -> TokenBatch.padded(List.of(ROW, new long[0]), 0)),
        new RefusedCall<>(
            "too few lengths",
            ShapeMismatchException.class,
            "1 lengths are given for a batch of 2 … one for each row",
            on -> TokenBatch.of(ROW, 2, 2).withLengths(RowLengths.of(1))),
        new RefusedCall<>(
            "a length beyond the row",
            InvalidArgumentException.class,
            "lengths[1] is 3 … rows have 2 positions",
            on -> TokenBatch.of(ROW, 2, 2).withLengths(RowLengths.of(1, 3))),
        new RefusedCall<>(
            "signals",
            InvalidArgumentException.class,
            "takes tokens, and is given signals … make a TokenBatch",
            on -> withZeros(on, DType.FLOAT64, x -> on.step(SignalBatch.of(x), ROW), 2, 5, 1)),
        new RefusedCall<>(
            "one position in training",
            InvalidArgumentException.class,
            "FLOAT64 (1, 4, 1) … one value of each channel … larger batch",
            on -> on.step(TokenBatch.of(new long[] {1}, 1, 1), new long[1])),
        new RefusedCall<>(
            "a negative label",
            InvalidArgumentException.class,
            "labels[1] is -1 … classes 0 to 2",
            on -> lossOfZeros(on, 0, -1, 1, 2)),
        new RefusedCall<>(
            "a label beyond the classes",
            InvalidArgumentException.class,
            "labels[3] is 3 … classes 0 to 2",
            on -> lossOfZeros(on, 0, 1, 1, 3)),
        new RefusedCall<>(
            "too few labels",
            ShapeMismatchException.class,
            "3 labels … (4, 3) … (n,K) = (3, 3) … one label for each row",
            on -> lossOfZeros(on, 0, 1, 2)),
        new RefusedCall<>(
            "logits of another type",
            TypeMismatchException.class,
            "logits is FLOAT32, expected FLOAT64",
            on -> withZeros(on, DType.FLOAT32, x -> on.model.loss(x, ROW, on.pass), 4, 3)),
        new RefusedCall<>(
            "logits that are no numbers",
            InvalidArgumentException.class,
            "logits (4, 3) holds NaN at (2, 1)",
            on ->
                withZeros(
                    on,
                    DType.FLOAT64,
                    x -> {
                      x.set(Double.NaN, 2, 1);
                      on.model.loss(x, new long[4], on.pass);
                    },
                    4,
                    3)),
        new RefusedCall<>(
            "signals of another batch to decode",
            ShapeMismatchException.class,
            "x has shape (5, 4, 11), expected (4, 4, 11)",
            on ->
                withZeros(on, DType.FLOAT64, x -> on.model.decode(on.input, x, on.pass), 5, 4, 11)),
        new RefusedCall<>(
            "signals of another length to decode",
            ShapeMismatchException.class,
            "x has shape (4, 4, 10), expected (4, 4, 11)",
            on ->
                withZeros(on, DType.FLOAT64, x -> on.model.decode(on.input, x, on.pass), 4, 4, 10)),
        new RefusedCall<>(
            "a negative step",
            InvalidArgumentException.class,
            "step is -1 … ≥ 0",
            on -> on.pass.setStep(-1)));
  }

  @ParameterizedTest
  @MethodSource
  void ofSignals(RefusedCall<TrainedModel> refusal) {
    check(SmallModels.SIGNALS, refusal);
  }

  static Stream<RefusedCall<TrainedModel>> ofSignals() {
    return Stream.of(
        new RefusedCall<>(
            "tokens",
            InvalidArgumentException.class,
            "takes signals, and is given tokens … make a SignalBatch",
            on -> on.step(TokenBatch.of(ROW, 2, 2), ROW)),
        new RefusedCall<>(
            "signals of two samples a position",
            ShapeMismatchException.class,
            "(2, 5, 2) … (B,L,1)",
            on -> withZeros(on, DType.FLOAT64, x -> on.step(SignalBatch.of(x), ROW), 2, 5, 2)),
        new RefusedCall<>(
            "signals of two axes",
            ShapeMismatchException.class,
            "(2, 5) … (B,L,C)",
            on -> withZeros(on, DType.FLOAT64, x -> on.step(SignalBatch.of(x), ROW), 2, 5)),
        new RefusedCall<>(
            "signals of another type",
            TypeMismatchException.class,
            "signals is FLOAT32, expected FLOAT64",
            on -> withZeros(on, DType.FLOAT32, x -> on.step(SignalBatch.of(x), ROW), 2, 5, 1)),
        new RefusedCall<>(
            "signals that are no numbers",
            InvalidArgumentException.class,
            "signals (B,L,C) (2, 5, 1) holds Infinity at (1, 2, 0)",
            on ->
                withZeros(
                    on,
                    DType.FLOAT64,
                    x -> {
                      x.set(Double.POSITIVE_INFINITY, 1, 2, 0);
                      on.step(SignalBatch.of(x), ROW);
                    },
                    2,
                    5,
                    1)),
        new RefusedCall<>(
            "closed signals",
            TensorClosedException.class,
            "tensor FLOAT64 (2, 5, 1) is closed",
            on -> {
              Tensor x = Tensor.zeros(DType.FLOAT64, 2, 5, 1);
              SignalBatch batch = SignalBatch.of(x);
              x.close();
              on.step(batch, ROW);
            }));
  }

  /** Written after they were checked: the running statistics would be lost for good. */
  @Test
  void signalsThatBecomeNaN() {
    check(
        SmallModels.LAST,
        new RefusedCall<>(
            "NaN",
            InvalidArgumentException.class,
            "running mean of BatchNorm(4) after this batch (4) holds NaN",
            on ->
                withZeros(
                    on,
                    DType.FLOAT64,
                    x -> {
                      SignalBatch batch = SignalBatch.of(x);
                      x.set(Double.NaN, 0, 0, 0);
                      on.step(batch, new long[2]);
                    },
                    2,
                    5,
                    3)));
  }

  @Test
  void oddPairs() {
    check(
        SmallModels.PAIRS,
        new RefusedCall<>(
            "three rows",
            ShapeMismatchException.class,
            "3 rows … even number",
            on -> on.step(TokenBatch.of(new long[6], 3, 2), new long[1])));
  }

  @ParameterizedTest
  @MethodSource
  void ofPasses(RefusedCall<TrainedModel> refusal) {
    for (SmallModels kind : SmallModels.values()) {
      check(kind, refusal, on -> Values.parameters(on.model.parameters()));
    }
  }

  private static final String NO_FORWARD = "without a forward call before it … call forward first";

  static Stream<RefusedCall<TrainedModel>> ofPasses() {
    return Stream.of(
        new RefusedCall<>(
            "a second backward call",
            PassStateException.class,
            NO_FORWARD,
            on -> {
              Tensor gradient = on.loss().gradient();
              on.model.backward(gradient, on.pass);
              on.model.backward(gradient, on.pass);
            }),
        new RefusedCall<>(
            "backward in a pass of evaluation",
            PassStateException.class,
            "evaluation pass … use Pass.training",
            on -> {
              try (Pass pass = on.model.evaluationPass()) {
                Tensor logits = on.model.forward(on.input, pass);
                on.model.backward(logits, pass);
              }
            }),
        new RefusedCall<>(
            "a pass of another type",
            PassStateException.class,
            "FLOAT32 on reference, the model in FLOAT64 on reference … make a pass of the model's",
            on -> {
              try (Pass pass = Pass.training(BACKEND, DType.FLOAT32, 1)) {
                on.model.forward(on.input, pass);
              }
            }),
        new RefusedCall<>(
            "a pass of another backend",
            PassStateException.class,
            "FLOAT64 on failing, the model in FLOAT64 on reference",
            on -> {
              try (Pass pass = Pass.training(new FailingBackend().backend, DType.FLOAT64, 1)) {
                on.model.forward(on.input, pass);
              }
            }),
        new RefusedCall<>(
            "loss in a pass of another backend",
            PassStateException.class,
            "FLOAT64 on failing, the model in FLOAT64 on reference",
            on -> {
              Tensor logits = on.model.forward(on.input, on.pass);
              try (Pass pass = Pass.training(new FailingBackend().backend, DType.FLOAT64, 1)) {
                on.model.loss(logits, on.kind.labels(), pass);
              }
            }),
        new RefusedCall<>(
            "backward after encoding something else",
            PassStateException.class,
            NO_FORWARD,
            on -> {
              Tensor gradient = on.loss().gradient();
              on.model.encode(on.input, on.pass);
              on.model.backward(gradient, on.pass);
            }),
        new RefusedCall<>(
            "backward after a block was used for something else",
            PassStateException.class,
            NO_FORWARD,
            on -> {
              Tensor gradient = on.loss().gradient();
              withZeros(
                  on,
                  DType.FLOAT64,
                  x -> {
                    x.set(1, 0, 1, 2);
                    on.model.blocks().getFirst().forward(x, on.pass);
                  },
                  4,
                  4,
                  11);
              on.model.backward(gradient, on.pass);
            }),
        new RefusedCall<>(
            "backward with the masks of another step",
            PassStateException.class,
            NO_FORWARD,
            on -> {
              Tensor gradient = on.loss().gradient();
              on.pass.setStep(on.pass.step() + 1);
              try {
                on.model.backward(gradient, on.pass);
              } finally {
                on.pass.setStep(0);
              }
            }),
        new RefusedCall<>(
            "a gradient of another type",
            TypeMismatchException.class,
            "dlogits is FLOAT32, expected FLOAT64",
            on -> {
              on.loss();
              withZeros(on, DType.FLOAT32, x -> on.model.backward(x, on.pass), 4, 3);
            }),
        new RefusedCall<>(
            "a closed gradient",
            TensorClosedException.class,
            "tensor FLOAT64 (4, 3) is closed",
            on -> {
              on.loss();
              Tensor closed = Tensor.zeros(DType.FLOAT64, 4, 3);
              closed.close();
              on.model.backward(closed, on.pass);
            }));
  }

  private interface With {
    void run(Tensor zeros);
  }

  private static void withZeros(TrainedModel on, DType type, With call, long... dims) {
    try (Tensor zeros = Tensor.zeros(on.model.backend(), type, dims)) {
      call.run(zeros);
    }
  }

  private static void lossOfZeros(TrainedModel on, long... labels) {
    withZeros(on, DType.FLOAT64, logits -> on.model.loss(logits, labels, on.pass), 4, 3);
  }

  /** A call before which no forward call succeeds, so that nothing at all changes. */
  private static void check(SmallModels kind, RefusedCall<TrainedModel> refusal) {
    check(kind, refusal, on -> Values.of(on.model));
  }

  private static void check(
      SmallModels kind,
      RefusedCall<TrainedModel> refusal,
      Function<TrainedModel, Object> unchanged) {
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64)) {
      refusal.check(on); // it may take memory of the pass, once
      Object values = unchanged.apply(on);
      Held before = Held.now();
      refusal.check(on);
      before.requireSame(refusal.what());
      assertThat(unchanged.apply(on)).isEqualTo(values);
      assertThat(on.step()).as("step after %s", refusal.what()).isEqualTo(on.first);
    }
  }

  /** The refused call leaves the forward call before it waiting. */
  @Test
  void aGradientOfTheWrongShapeCanBePutRight() {
    try (TrainedModel on = new TrainedModel(SmallModels.TOKENS_AFTER, BACKEND, DType.FLOAT64);
        Tensor wrong = Tensor.zeros(DType.FLOAT64, 3, 4)) {
      Tensor gradient = on.loss().gradient();
      assertThatThrownBy(() -> on.model.backward(wrong, on.pass))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("dlogits has shape (3, 4), expected (4, 3)");
      on.model.backward(gradient, on.pass);
      assertThat(Values.gradients(on.model.parameters())).isEqualTo(on.first.gradients());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClosedModelIsRefusedAndTakesNoMemory(SmallModels kind) {
    Held before = Held.now();
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64)) {
      Tensor gradient = on.loss().gradient();
      on.model.close();
      assertThatThrownBy(() -> on.model.backward(gradient, on.pass))
          .isInstanceOf(TensorClosedException.class);
      assertThatThrownBy(() -> on.model.forward(on.input, on.pass))
          .isInstanceOf(TensorClosedException.class)
          .hasMessageContaining("closed\n    at ");
      assertThatThrownBy(() -> on.model.copyTo(BACKEND, DType.FLOAT32))
          .isInstanceOf(TensorClosedException.class);
    }
    before.requireSame("closing");
  }

  /** Gradients that were not asked for yet would be made after the closing, and stay. */
  @Test
  void aModelThatIsClosedBeforeItsFirstBackwardCall() {
    Held before = Held.now();
    SmallModels kind = SmallModels.TOKENS_AFTER;
    SequenceModel model = SequenceModel.create(BACKEND, kind.spec(), DType.FLOAT64, 1);
    try (Pass pass = model.trainingPass(1)) {
      ModelInput input = kind.input(null);
      Tensor gradient = model.loss(model.forward(input, pass), kind.labels(), pass).gradient();
      model.close();
      assertThatThrownBy(() -> model.backward(gradient, pass))
          .isInstanceOf(TensorClosedException.class);
    }
    before.requireSame("closing");
  }

  @Test
  void signalsThatAreClosedBeforeTheBackwardCall() {
    Held before = Held.now();
    try (TrainedModel on = new TrainedModel(SmallModels.SIGNALS, BACKEND, DType.FLOAT64)) {
      Tensor gradient = on.loss().gradient();
      on.samples.close();
      assertThatThrownBy(() -> on.model.backward(gradient, on.pass))
          .isInstanceOf(TensorClosedException.class)
          .hasMessageContaining("FLOAT64 (4, 11, 1) is closed");
    }
    before.requireSame("closing");
  }

  @Test
  void aClosedPass() {
    Held before = Held.now();
    try (TrainedModel on = new TrainedModel(SmallModels.LAST, BACKEND, DType.FLOAT64);
        Tensor logits = Tensor.zeros(DType.FLOAT64, 4, 3)) {
      on.loss();
      on.pass.close();
      for (Runnable call :
          Arrays.<Runnable>asList(
              () -> on.model.forward(on.input, on.pass),
              () -> on.model.encode(on.input, on.pass),
              () -> on.model.loss(logits, on.kind.labels(), on.pass),
              () -> on.model.backward(logits, on.pass),
              () -> on.model.blocks().getFirst().forward(logits, on.pass))) {
        assertThatThrownBy(call::run)
            .isInstanceOf(ClosedException.class)
            .hasMessageContaining("the pass is closed: make a new one");
      }
      on.pass.close();
      on.pass.close();
    }
    before.requireSame("closing");
  }

  @ParameterizedTest
  @EnumSource
  void closingTwiceDoesNothing(SmallModels kind) {
    Held before = Held.now();
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64)) {
      on.model.close();
      on.model.blocks().forEach(ResidualBlock::close);
      on.model.close();
      on.pass.close();
      on.pass.close();
      on.samples.close();
      before.requireSame("closing");
    }
    before.requireSame("closing once more");
  }

  @Test
  void dropoutsOutOfRange() {
    SequenceModelSpec spec = SmallModels.TOKENS_AFTER.spec();
    for (double dropout : new double[] {1, 1.5, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      String expected = "dropout is " + dropout + ": must be from 0 to below 1";
      assertThatThrownBy(() -> spec.layer().withDropout(dropout))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage(expected);
      assertThatThrownBy(
              () ->
                  new SequenceModelSpec(
                      1, spec.layer(), spec.norm(), true, dropout, spec.encoder(), spec.decoder()))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage(expected);
    }
  }

  @Test
  void sizesOutOfRange() {
    SequenceModelSpec spec = SmallModels.TOKENS_AFTER.spec();
    assertThatThrownBy(() -> new EncoderSpec.OfTokens(0))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("vocabulary is 0");
    assertThatThrownBy(() -> new EncoderSpec.OfSignals(-1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("channels is -1");
    assertThatThrownBy(() -> new DecoderSpec(Pooling.MEAN, true, 0))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("classes is 0");
    assertThatThrownBy(
            () ->
                new SequenceModelSpec(
                    0, spec.layer(), spec.norm(), true, 0, spec.encoder(), spec.decoder()))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("layers is 0");
  }

  /** The models change their running statistics each, and neither those of the other. */
  @Test
  void twoModelsAlternateInOnePass() {
    SmallModels kind = SmallModels.PAIRS;
    try (TrainedModel on = new TrainedModel(kind, BACKEND, DType.FLOAT64);
        TrainedModel other = new TrainedModel(kind, BACKEND, DType.FLOAT64);
        SequenceModel third = SequenceModel.create(BACKEND, kind.spec(), DType.FLOAT64, 99)) {
      for (int i = 0; i < 3; i++) {
        assertThat(on.step()).isEqualTo(on.first);
        Tensor gradient = on.loss().gradient();
        other.loss();
        third.forward(on.input, on.pass);
        assertThatThrownBy(() -> on.model.backward(gradient, on.pass))
            .isInstanceOf(PassStateException.class)
            .hasMessageContaining("without a forward call before it");
        assertThat(other.step()).isEqualTo(on.first);
      }
      assertThat(Values.of(on.model)).isEqualTo(Values.of(other.model));
    }
  }
}
