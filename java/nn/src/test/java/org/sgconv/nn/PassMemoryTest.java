package org.sgconv.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sgconv.Backend;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.model.ModelInput;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.nn.model.SequenceModelSpec;
import org.sgconv.nn.model.SignalBatch;
import org.sgconv.nn.model.TokenBatch;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Memory of a pass is taken once and used again, and what it held before shows nowhere: in these
 * tests memory that nobody has written is NaN.
 */
class PassMemoryTest {

  static Stream<Arguments> modelsOnBackends() {
    return LayerBackends.all()
        .flatMap(
            backend ->
                Arrays.stream(SmallModels.values()).map(kind -> Arguments.of(kind, backend)));
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void isTakenOnce(SmallModels kind, Backend backend) {
    Held before = Held.now();
    try (TrainedModel on = new TrainedModel(kind, backend, DType.FLOAT64)) {
      Held after = Held.now();
      for (int i = 0; i < 3; i++) {
        assertThat(on.step()).isEqualTo(on.first);
        after.requireSame("step " + i);
      }
    }
    before.requireSame("closing");
  }

  /** Its evaluation, too, is the same each time, and the training pass in between does not show. */
  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void isTakenOnceForEvaluation(SmallModels kind, Backend backend) {
    try (TrainedModel on = new TrainedModel(kind, backend, DType.FLOAT64);
        Pass evaluation = on.model.evaluationPass()) {
      List<Long> first = Values.bits(on.model.forward(on.input, evaluation));
      Held after = Held.now();
      for (int i = 0; i < 3; i++) {
        assertThat(Values.bits(on.model.forward(on.input, evaluation))).isEqualTo(first);
        after.requireSame("evaluation " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void otherBatchesUseItOrLetItGrow(SmallModels kind, Backend backend) {
    try (TrainedModel on = new TrainedModel(kind, backend, DType.FLOAT64);
        Tensor small = samples(kind, backend, 2, SmallModels.LENGTH);
        Tensor large = samples(kind, backend, 10, SmallModels.LENGTH)) {
      Held first = Held.now();
      on.step(batch(kind, small, 2, SmallModels.LENGTH), labels(kind, 2));
      first.requireSame("a smaller batch");
      assertThat(on.step()).as("after a smaller batch").isEqualTo(on.first);
      on.step(batch(kind, large, 10, SmallModels.LENGTH), labels(kind, 10));
      Held grown = Held.now();
      assertThat(grown.tensors()).as("of a larger batch").isEqualTo(first.tensors());
      assertThat(grown.bytes()).as("of a larger batch").isGreaterThan(first.bytes());
      assertThat(on.step()).as("after a larger batch").isEqualTo(on.first);
      grown.requireSame("a batch of the old size");
    }
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void otherShapesBetweenDoNotShow(SmallModels kind, Backend backend) {
    try (TrainedModel on = new TrainedModel(kind, backend, DType.FLOAT64);
        Tensor small = samples(kind, backend, 2, 3);
        Tensor large = samples(kind, backend, 6, 29)) {
      on.step(batch(kind, small, 2, 3), labels(kind, 2));
      assertThat(on.step()).as("after a smaller batch").isEqualTo(on.first);
      TrainedModel.Result ofLarge = on.step(batch(kind, large, 6, 29), labels(kind, 6));
      assertThat(on.step()).as("after a larger batch").isEqualTo(on.first);
      Held grown = Held.now();
      assertThat(on.step(batch(kind, large, 6, 29), labels(kind, 6))).isEqualTo(ofLarge);
      grown.requireSame("shapes that were there before");
      try (Pass fresh = on.model.trainingPass(5)) {
        assertThat(Values.bits(on.model.forward(batch(kind, large, 6, 29), fresh)))
            .as("in a pass of its own")
            .isEqualTo(ofLarge.logits());
      }
    }
  }

  private static Tensor samples(SmallModels kind, Backend backend, int batch, int length) {
    int channels = kind.channels();
    double[] values = new Random(9).doubles((long) batch * length * channels, -1, 1).toArray();
    return Tensor.of(backend, values, batch, length, channels);
  }

  private static ModelInput batch(SmallModels kind, Tensor samples, int batch, int length) {
    return kind.takesSignals()
        ? SignalBatch.of(samples)
        : TokenBatch.of(new Random(8).longs((long) batch * length, 0, 9).toArray(), batch, length);
  }

  private static long[] labels(SmallModels kind, int batch) {
    return new long[kind.spec().decoder().pairs() ? batch / 2 : batch];
  }

  /** More lengths than a pass keeps convolutions of. */
  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void manyLengthsDoNotShow(SmallModels kind, Backend backend) {
    Held before = Held.now();
    try (TrainedModel on = new TrainedModel(kind, backend, DType.FLOAT64)) {
      for (int length = 2; length < 16; length++) {
        try (Tensor samples = samples(kind, backend, 2, length)) {
          on.step(batch(kind, samples, 2, length), labels(kind, 2));
        }
      }
      assertThat(on.step()).isEqualTo(on.first);
    }
    before.requireSame("closing");
  }

  /** What a caller closes too much is a view. */
  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void resultsThatTheCallerClosesAreThereAgain(SmallModels kind, Backend backend) {
    try (TrainedModel on = new TrainedModel(kind, backend, DType.FLOAT64)) {
      try (Tensor logits = on.model.forward(on.input, on.pass)) {
        assertThat(Values.bits(logits)).isEqualTo(on.first.logits());
      }
      assertThat(on.step()).isEqualTo(on.first);
    }
  }

  /** But for the spectra, of which each layer has one. */
  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void layersShareTheMemoryOfAnEvaluation(SmallModels kind, Backend backend) {
    long two = evaluationOf(kind, 2, backend);
    long eight = evaluationOf(kind, 8, backend);
    assertThat(eight - 6 * spectrumBytes(kind, backend)).isEqualTo(two).isPositive();
  }

  private static long spectrumBytes(SmallModels kind, Backend backend) {
    KernelSpec kernel = kind.spec().layer().kernel();
    try (LongConvolution convolution =
        LongConvolution.builder(backend)
            .kernels(kernel)
            .length(SmallModels.LENGTH)
            .kernelLength(Math.min(SmallModels.LENGTH, kernel.fullLength()))
            .type(DType.FLOAT64)
            .build()) {
      return convolution.spectrumBytes();
    }
  }

  /** Bytes that an evaluation pass takes. */
  private static long evaluationOf(SmallModels kind, int layers, Backend backend) {
    SequenceModelSpec spec = kind.spec();
    SequenceModelSpec deep =
        new SequenceModelSpec(
            layers,
            spec.layer(),
            spec.norm(),
            spec.normFirst(),
            spec.dropout(),
            spec.encoder(),
            spec.decoder());
    try (SequenceModel model = SequenceModel.create(backend, deep, DType.FLOAT64, 1);
        Tensor samples = kind.samples(backend, DType.FLOAT64)) {
      Values.of(model); // norms are taken before the count
      Held before = Held.now();
      try (Pass pass = model.evaluationPass()) {
        model.forward(kind.input(samples), pass);
        return Held.now().bytes() - before.bytes();
      }
    }
  }
}
