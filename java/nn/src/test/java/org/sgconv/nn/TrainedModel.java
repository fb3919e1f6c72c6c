package org.sgconv.nn;

import java.util.List;
import java.util.Map;
import org.sgconv.Backend;
import org.sgconv.nn.model.Loss;
import org.sgconv.nn.model.ModelInput;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A small model with a training pass and a batch that have been used once. */
public final class TrainedModel implements AutoCloseable {

  /** Which model it is. */
  public final SmallModels kind;

  /** The model. */
  public final SequenceModel model;

  public final Pass pass;
  public final Tensor samples;
  public final ModelInput input;

  /** What a step gives; it changes neither parameters nor, in a training pass, later results. */
  public final Result first;

  /** Bits of logits and gradients. */
  public record Result(List<Long> logits, Map<String, List<Long>> gradients) {}

  public TrainedModel(SmallModels kind, Backend backend, DType type) {
    this.kind = kind;
    model = SequenceModel.create(backend, kind.spec(), type, 11);
    pass = model.trainingPass(5);
    samples = kind.samples(backend, type);
    input = kind.input(samples);
    first = step();
  }

  /** Forward and backward. */
  public Result step() {
    return step(input, kind.labels());
  }

  /** Forward and backward of another batch. */
  public Result step(ModelInput batch, long[] labels) {
    Tensor logits = model.forward(batch, pass);
    List<Long> bits = Values.bits(logits);
    model.backward(model.loss(logits, labels, pass).gradient(), pass);
    return new Result(bits, Values.gradients(model.parameters()));
  }

  /** Forward alone, with its loss. */
  public Loss loss() {
    return model.loss(model.forward(input, pass), kind.labels(), pass);
  }

  @Override
  public void close() {
    Tensor.closeAll(samples);
    pass.close();
    model.close();
  }
}
