package org.sgconv.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SgConvException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.Held;
import org.sgconv.nn.Layer;
import org.sgconv.nn.Norm;
import org.sgconv.nn.Pass;
import org.sgconv.nn.PassStateException;
import org.sgconv.nn.ResidualLayer;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.Values;
import org.sgconv.nn.state.SeededSource;
import org.sgconv.spi.Dropout;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Shape;
import org.sgconv.tensor.Tensor;

/** Wrong calls of layers on their own: typed errors that change nothing and leak nothing. */
class LayerMisuseTest {

  private static final int HIDDEN = 3;

  private static SeededSource source() {
    return SeededSource.of(Backends.reference(), DType.FLOAT64, 1);
  }

  private static SgConvLayer convolving() {
    KernelSpec kernel = KernelSpec.builder().hidden(HIDDEN).kernelDim(2).maxLength(4).build();
    return SgConvLayer.create(SgConvSpec.of(kernel), source());
  }

  /** A layer that is made anew for each test. */
  private record Made(String name, Supplier<Layer> layer) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Made> layers() {
    return Stream.concat(
        norms(),
        Stream.of(
            new Made("SgConvLayer", LayerMisuseTest::convolving),
            new Made(
                "ResidualBlock",
                () ->
                    new ResidualBlock(
                        convolving(), BatchNorm.create(HIDDEN, source()), true, 0, 1)),
            new Made(
                "ResidualBlock of its own",
                () ->
                    new ResidualBlock(
                        new SquaringLayer(HIDDEN, 1),
                        LayerNorm.create(HIDDEN, source()),
                        false,
                        0.2,
                        1))));
  }

  static Stream<Made> norms() {
    return Stream.of(
        new Made("LayerNorm", () -> LayerNorm.create(HIDDEN, source())),
        new Made("ScalarNorm", () -> ScalarNorm.create(HIDDEN, source())),
        new Made("BatchNorm", () -> BatchNorm.create(HIDDEN, source())));
  }

  private static Pass training() {
    return Pass.training(Backends.reference(), DType.FLOAT64, 1);
  }

  private static Tensor signals() {
    double[] values = new Random(1).doubles(2 * HIDDEN * 5, -1, 1).toArray();
    return Tensor.of(values, 2, HIDDEN, 5);
  }

  private interface Call {
    void run(Layer layer, Pass pass, Tensor x);
  }

  private static void refuses(
      Made made, Class<? extends SgConvException> type, String message, Call call) {
    Held atFirst = Held.now();
    try (Layer layer = made.layer().get();
        Pass pass = training();
        Tensor x = signals()) {
      var before = Values.bits(layer.forward(x, pass));
      layer.backward(x, pass);
      layer.forward(x, pass);
      var values = Values.of(layer);
      Held held = Held.now();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> call.run(layer, pass, x))
            .as("%s", made)
            .isInstanceOf(type)
            .hasMessageContaining(message);
        assertThat(Values.of(layer)).as("%s", made).isEqualTo(values);
      }
      held.requireSame(made + " refused");
      assertThat(Values.bits(layer.forward(x, pass))).as("%s", made).isEqualTo(before);
      layer.backward(x, pass);
    }
    atFirst.requireSame(made + " closed");
  }

  /** What a call is given instead of x or dy. */
  private static void given(Tensor instead, Consumer<Tensor> call) {
    try (instead) {
      call.accept(instead);
    }
  }

  private static Tensor zeros(long... dims) {
    return Tensor.zeros(DType.FLOAT64, dims);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void shapesOfX(Made made) {
    refuses(
        made,
        ShapeMismatchException.class,
        "x has shape (2, 3), expected (B,H,L)",
        (layer, pass, x) -> given(zeros(2, 3), wrong -> layer.forward(wrong, pass)));
    refuses(
        made,
        ShapeMismatchException.class,
        "x has shape (2, 3, 5, 1), expected (B,H,L)",
        (layer, pass, x) -> given(zeros(2, 3, 5, 1), wrong -> layer.forward(wrong, pass)));
    refuses(
        made,
        ShapeMismatchException.class,
        "x has shape (), expected (B,H,L)",
        (layer, pass, x) -> given(zeros(), wrong -> layer.forward(wrong, pass)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void typesAndLivenessOfX(Made made) {
    refuses(
        made,
        TypeMismatchException.class,
        "x is FLOAT32, expected FLOAT64",
        (layer, pass, x) ->
            given(Tensor.zeros(DType.FLOAT32, 2, 3, 5), wrong -> layer.forward(wrong, pass)));
    refuses(
        made,
        TensorClosedException.class,
        "FLOAT64 (2, 3, 5) is closed",
        (layer, pass, x) -> {
          Tensor closed = zeros(2, 3, 5);
          closed.close();
          layer.forward(closed, pass);
        });
  }

  @ParameterizedTest
  @MethodSource("layers")
  void anotherNumberOfChannels(Made made) {
    try (Layer layer = made.layer().get();
        Pass pass = training();
        Tensor wrong = zeros(2, 4, 5)) {
      var values = Values.of(layer);
      assertThatThrownBy(() -> layer.forward(wrong, pass))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("has shape (2, 4, 5), expected")
          .hasMessageContaining("3");
      assertThat(Values.of(layer)).isEqualTo(values);
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void shapesOfDy(Made made) {
    for (long[] shape : new long[][] {{2, 3}, {2, 4, 5}, {1, 3, 5}, {2, 3, 4}, {}, {30}}) {
      refuses(
          made,
          ShapeMismatchException.class,
          "dy has shape " + Shape.format(shape) + ", ",
          (layer, pass, x) -> given(zeros(shape), wrong -> layer.backward(wrong, pass)));
    }
    refuses(
        made,
        TypeMismatchException.class,
        "dy is FLOAT32, expected FLOAT64",
        (layer, pass, x) ->
            given(Tensor.zeros(DType.FLOAT32, 2, 3, 5), wrong -> layer.backward(wrong, pass)));
    refuses(
        made,
        TensorClosedException.class,
        "is closed",
        (layer, pass, x) -> {
          Tensor closed = zeros(2, 3, 5);
          closed.close();
          layer.backward(closed, pass);
        });
  }

  @ParameterizedTest
  @MethodSource("layers")
  void backwardCallsOutOfOrder(Made made) {
    try (Layer layer = made.layer().get();
        Pass pass = training();
        Pass other = training();
        Pass evaluation = Pass.evaluation(Backends.reference(), DType.FLOAT64);
        Tensor x = signals()) {
      String without = "without a forward call before it in this pass";
      requireState(without, () -> layer.backward(x, pass));
      layer.forward(x, pass);
      requireState(without, () -> layer.backward(x, other));
      layer.backward(x, pass);
      requireState(without, () -> layer.backward(x, pass));
      layer.forward(x, evaluation);
      requireState("evaluation pass", () -> layer.backward(x, evaluation));
      layer.forward(x, pass);
      pass.setStep(1);
      requireState(without, () -> layer.backward(x, pass));
    }
  }

  private static void requireState(String message, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOf(PassStateException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void whatIsClosedBetween(Made made) {
    Held before = Held.now();
    Pass pass = training();
    Layer layer = made.layer().get();
    Tensor x = signals();
    Tensor dy = signals();
    layer.forward(x, pass);
    x.close();
    assertThatThrownBy(() -> layer.backward(dy, pass)).isInstanceOf(TensorClosedException.class);
    layer.forward(dy, pass);
    layer.close();
    layer.close();
    assertThatThrownBy(() -> layer.backward(dy, pass)).isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> layer.forward(dy, pass)).isInstanceOf(TensorClosedException.class);
    pass.close();
    pass.close();
    assertThatThrownBy(() -> layer.forward(dy, pass))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("the pass is closed: make a new one");
    assertThatThrownBy(() -> layer.backward(dy, pass)).isInstanceOf(ClosedException.class);
    dy.close();
    before.requireSame("closing");
  }

  @ParameterizedTest
  @MethodSource("layers")
  void aPassOfAnotherType(Made made) {
    try (Layer layer = made.layer().get();
        Pass narrow = Pass.training(Backends.reference(), DType.FLOAT32, 1);
        Tensor x = Tensor.zeros(DType.FLOAT32, 2, 3, 5)) {
      assertThatThrownBy(() -> layer.forward(x, narrow))
          .isInstanceOf(SgConvException.class)
          .hasMessageContaining("FLOAT64");
    }
  }

  /** Where norms write is the caller's to say. */
  @ParameterizedTest
  @MethodSource("norms")
  void outputsOfNorms(Made made) {
    refuses(
        made,
        ShapeMismatchException.class,
        "y has shape (2, 3, 4), expected (2, 3, 5)",
        (layer, pass, x) -> given(zeros(2, 3, 4), y -> ((Norm) layer).forward(x, y, pass)));
    refuses(
        made,
        TypeMismatchException.class,
        "y is FLOAT32, expected FLOAT64",
        (layer, pass, x) ->
            given(Tensor.zeros(DType.FLOAT32, 2, 3, 5), y -> ((Norm) layer).forward(x, y, pass)));
    refuses(
        made,
        InvalidArgumentException.class,
        "y overlaps x in memory",
        (layer, pass, x) -> ((Norm) layer).forward(x, x, pass));
    refuses(
        made,
        ShapeMismatchException.class,
        "dx has shape (1, 3, 5), expected (2, 3, 5)",
        (layer, pass, x) ->
            given(zeros(1, 3, 5), dx -> ((Norm) layer).backward(x, null, dx, pass)));
    refuses(
        made,
        ShapeMismatchException.class,
        "the residual has shape (2, 3, 6), expected (2, 3, 5)",
        (layer, pass, x) ->
            given(
                zeros(2, 3, 6),
                residual ->
                    given(zeros(2, 3, 5), dx -> ((Norm) layer).backward(x, residual, dx, pass))));
    refuses(
        made,
        InvalidArgumentException.class,
        "dx overlaps dy in memory",
        (layer, pass, x) -> given(signals(), dy -> ((Norm) layer).backward(dy, null, dy, pass)));
    refuses(
        made,
        InvalidArgumentException.class,
        "dx overlaps x in memory",
        (layer, pass, x) -> given(signals(), dy -> ((Norm) layer).backward(dy, null, x, pass)));
  }

  @Test
  void outputsOfAResidualLayer() {
    Made made = new Made("SgConvLayer", LayerMisuseTest::convolving);
    refuses(
        made,
        ShapeMismatchException.class,
        "y has shape (2, 3, 6), expected (2, 3, 5)",
        (layer, pass, x) ->
            given(
                zeros(2, 3, 6), y -> ((ResidualLayer) layer).forward(x, x, Dropout.NONE, y, pass)));
    refuses(
        made,
        ShapeMismatchException.class,
        "the residual has shape (2, 3, 6), expected (2, 3, 5)",
        (layer, pass, x) ->
            given(
                zeros(2, 3, 6),
                residual ->
                    given(
                        zeros(2, 3, 5),
                        y -> ((ResidualLayer) layer).forward(x, residual, Dropout.NONE, y, pass))));
    refuses(
        made,
        InvalidArgumentException.class,
        "y overlaps x in memory",
        (layer, pass, x) -> ((ResidualLayer) layer).forward(x, x, Dropout.NONE, x, pass));
  }

  /** A mixer of the application's own that gives back something else than it should. */
  private record WrongMixer(boolean forward) implements Layer {

    @Override
    public Tensor forward(Tensor x, Pass pass) {
      Tensor y = forward ? pass.scratch("wrong", 2, HIDDEN, 4) : pass.output(this, x, 2, HIDDEN, 5);
      y.fill(0);
      return y;
    }

    @Override
    public Tensor backward(Tensor dy, Pass pass) {
      return pass.scratch("wrong", 1, HIDDEN, 5);
    }

    @Override
    public void visit(StateVisitor visitor) {
      // It has nothing.
    }

    @Override
    public void close() {
      // It has nothing.
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMixerOfAnotherShape(boolean normFirst) {
    for (boolean forward : new boolean[] {true, false}) {
      try (Layer block =
              new ResidualBlock(
                  new WrongMixer(forward), LayerNorm.create(HIDDEN, source()), normFirst, 0, 1);
          Pass pass = training();
          Tensor x = signals()) {
        assertThatThrownBy(
                () -> {
                  block.forward(x, pass);
                  block.backward(x, pass);
                })
            .isInstanceOf(ShapeMismatchException.class)
            .hasMessageContaining(forward ? "the result of WrongMixer" : "gradient of WrongMixer")
            .hasMessageContaining("has shape " + (forward ? "(2, 3, 4)" : "(1, 3, 5)"))
            .hasMessageContaining("expected (2, 3, 5)");
      }
    }
  }

  @Test
  void dropoutsOfBlocks() {
    try (Layer mixer = new SquaringLayer(HIDDEN, 1);
        Norm norm = LayerNorm.create(HIDDEN, source())) {
      for (double dropout : new double[] {1, -0.5, Double.NaN}) {
        assertThatThrownBy(() -> new ResidualBlock(mixer, norm, true, dropout, 1).close())
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessage("dropout is " + dropout + ": must be from 0 to below 1");
      }
    }
  }

  @Test
  void sizesOutOfRange() {
    Held before = Held.now();
    for (int hidden : new int[] {0, -1}) {
      assertThatThrownBy(() -> LayerNorm.create(hidden, source()))
          .isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(() -> BatchNorm.create(hidden, source()))
          .isInstanceOf(InvalidArgumentException.class);
    }
    before.requireSame("refusals");
  }

  @Test
  void typesThatLayersDoNotComputeIn() {
    assertThatThrownBy(() -> Pass.training(Backends.reference(), DType.BFLOAT16, 1))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("BFLOAT16");
  }
}
