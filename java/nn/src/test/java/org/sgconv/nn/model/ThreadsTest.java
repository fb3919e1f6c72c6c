package org.sgconv.nn.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.Pass;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A step of training with dropout, of a model whose work is cut into many parts. */
@DisabledIfSystemProperty(
    named = "sgconv.native.skip",
    matches = "true",
    disabledReason = "a pure Java build has no threads that could be set")
class ThreadsTest {

  private static final int BATCH = 5;
  private static final int LENGTH = 777;

  private static SequenceModelSpec spec(NormKind norm) {
    KernelSpec kernel =
        KernelSpec.builder()
            .mode(ConvolutionMode.BIDIRECTIONAL)
            .hidden(40)
            .kernelDim(16)
            .maxLength(LENGTH)
            .decay(norm == NormKind.LAYER ? DecayLaw.POWER : DecayLaw.GEOMETRIC)
            .decayRange(1, 2)
            .build();
    return new SequenceModelSpec(
        2,
        SgConvSpec.of(kernel).withDropout(0.1),
        norm,
        norm == NormKind.BATCH,
        0.2,
        new EncoderSpec.OfSignals(1),
        new DecoderSpec(Pooling.MEAN, false, 3));
  }

  @ParameterizedTest
  @EnumSource
  void theirNumberChangesNoBit(NormKind norm) {
    Map<String, double[]> one = step(Backends.cpu(1), norm);
    Map<String, double[]> three = step(Backends.cpu(3), norm);
    assertThat(three.keySet()).isEqualTo(one.keySet());
    one.forEach((name, values) -> assertThat(three.get(name)).as(name).isEqualTo(values));
  }

  private static Map<String, double[]> step(Backend backend, NormKind norm) {
    double[] samples = new Random(1).doubles((long) BATCH * LENGTH, -1, 1).toArray();
    Map<String, double[]> results = new LinkedHashMap<>();
    try (SequenceModel model = SequenceModel.create(backend, spec(norm), DType.FLOAT32, 3);
        Pass pass = model.trainingPass(11);
        Tensor wide = Tensor.of(samples, BATCH, LENGTH, 1);
        Tensor x = wide.to(DType.FLOAT32)) {
      Tensor logits = model.forward(SignalBatch.of(x), pass);
      Loss loss = model.loss(logits, new long[] {0, 1, 2, 1, 0}, pass);
      results.put("logits", logits.toDoubleArray());
      results.put("loss", new double[] {loss.mean()});
      model.backward(loss.gradient(), pass);
      for (NamedParameter each : model.parameters()) {
        results.put(each.name(), each.parameter().gradient().toDoubleArray());
      }
    }
    return results;
  }
}
