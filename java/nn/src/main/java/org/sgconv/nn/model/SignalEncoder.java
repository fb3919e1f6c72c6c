package org.sgconv.nn.model;

import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.tensor.Tensor;

/** A linear map of the samples at each position. */
final class SignalEncoder implements Encoder {

  private final int channels;
  private final int hidden;
  private final LinearParameters linear;

  SignalEncoder(int channels, int hidden, ParameterSource source) {
    this.channels = channels;
    this.hidden = hidden;
    this.linear = LinearParameters.create(channels, hidden, source);
  }

  @Override
  public Tensor forward(ModelInput input, Pass pass) {
    try (Tensor x = channelsFirst(input, pass)) {
      Tensor y = pass.scratch("encoded", input.batch(), hidden, input.length());
      linear.forward(false, x, y, pass);
      return y;
    }
  }

  @Override
  public void backward(ModelInput input, Tensor dy, Pass pass) {
    try (Tensor x = channelsFirst(input, pass)) {
      linear.backward(false, x, dy, null, pass);
    }
  }

  /** A view (B,C,L) of the signals, which with one sample at each position are the same memory. */
  private Tensor channelsFirst(ModelInput input, Pass pass) {
    if (!(input instanceof SignalBatch signals)) {
      throw new InvalidArgumentException(
          "the model takes signals, and is given tokens: make a SignalBatch of the input");
    }
    Tensor samples = signals.samples();
    if (samples.dim(2) != channels) {
      throw new ShapeMismatchException(
          "signals have shape " + samples.shape() + ", expected (B,L," + channels + ")");
    }
    long batch = input.batch();
    long length = input.length();
    if (channels == 1) {
      Tensor view = samples.reshape(batch, 1, length);
      pass.requireSignal("signals", view, 1);
      return view;
    }
    try (Tensor alike = samples.reshape(batch, length, channels)) {
      pass.requireSignals("signals", alike);
      Tensor first = pass.scratch("signals", batch, channels, length);
      pass.operations().transpose(samples, first);
      return first.reshape(batch, channels, length);
    }
  }

  @Override
  public void visit(StateVisitor visitor) {
    linear.visit(visitor);
  }

  @Override
  public void close() {
    linear.close();
  }
}
