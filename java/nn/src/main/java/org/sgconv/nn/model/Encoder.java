package org.sgconv.nn.model;

import org.sgconv.nn.Pass;
import org.sgconv.nn.Stateful;
import org.sgconv.tensor.Tensor;

/** Makes signals (B,H,L) of a model's input. */
sealed interface Encoder extends Stateful, AutoCloseable permits TokenEncoder, SignalEncoder {

  Tensor forward(ModelInput input, Pass pass);

  /** Overwrites the gradients of the parameters: inputs have none. */
  void backward(ModelInput input, Tensor dy, Pass pass);

  @Override
  void close();
}
