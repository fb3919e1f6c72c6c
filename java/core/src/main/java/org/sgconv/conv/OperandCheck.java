package org.sgconv.conv;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Checks the tensors of a call before a backend sees them: type, shape, liveness, and that no
 * output shares memory with another tensor of the call.
 */
final class OperandCheck {

  private final BackendProvider provider;
  private final ConvolutionGeometry geometry;
  private final DType type;

  OperandCheck(BackendProvider provider, ConvolutionGeometry geometry, DType type) {
    this.provider = provider;
    this.geometry = geometry;
    this.type = type;
  }

  void prepare(Tensor kernel, @Nullable Tensor skip) {
    TensorCheck.type("kernel", kernel, type.kernelType());
    TensorCheck.shape(
        "kernel (C',H,K)", kernel, geometry.channels(), geometry.hidden(), geometry.kernelLength());
    provider.requireOperand("kernel", kernel);
    skip(skip);
  }

  /** Checks all but the norm, which {@link org.sgconv.kernel.KernelSynthesis} checks. */
  void synthesize(KernelParameters parameters, @Nullable Tensor skip, @Nullable Tensor kernel) {
    Tensor weights = parameters.weights();
    Tensor decay = parameters.decay();
    TensorCheck.type("weights", weights, type.kernelType());
    KernelSpec spec = parameters.spec();
    if (spec.heads() != geometry.heads()
        || spec.hidden() != geometry.hidden()
        || spec.mode().directions() != geometry.mode().directions()
        || geometry.mode() == ConvolutionMode.CENTERED) { // no kernel of parameters is
      throw new ShapeMismatchException(
          String.format(
              Locale.ROOT,
              "the kernel parameters are for %s, the convolution for %s: create a convolution for the parameters' spec",
              shape(spec.mode(), spec.heads(), spec.hidden()),
              shape(geometry.mode(), geometry.heads(), geometry.hidden())));
    }
    provider.requireOperand("weights", weights);
    provider.requireOperand("decay", decay);
    skip(skip);
    if (kernel != null) {
      prepare(kernel, null);
      TensorCheck.writable("kernel", kernel);
      disjoint("kernel", kernel, "weights", weights);
      disjoint("kernel", kernel, "decay", decay);
      disjoint("kernel", kernel, "skip", skip);
    }
  }

  private static String shape(ConvolutionMode mode, int heads, int hidden) {
    return "mode " + mode + ", heads = " + heads + ", hidden = " + hidden;
  }

  private void skip(@Nullable Tensor skip) {
    if (skip != null) {
      TensorCheck.type("skip", skip, type.kernelType());
      TensorCheck.shape("skip (C,H)", skip, geometry.heads(), geometry.hidden());
      provider.requireOperand("skip", skip);
    }
  }

  /** Checks the inputs; returns the batch size. */
  long inputs(Tensor u, Gates gates, @Nullable RowLengths lengths) {
    Objects.requireNonNull(gates, "gates");
    long batch = rows("u", u, geometry.hidden(), "(B,H,L)");
    provider.requireOperand("u", u);
    gate("pre", gates.preOrNull(), batch);
    gate("post", gates.postOrNull(), batch);
    if (lengths != null) {
      lengths.require(geometry, batch);
    }
    return batch;
  }

  /** Checks the tensors of a forward call; returns the batch size. */
  long forward(Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor y) {
    long batch = inputs(u, gates, lengths);
    batch(batch, rows("y", y, geometry.outputRows(), "(B,C·H,L)"), "y", y);
    output("y", y, u, gates, null);
    return batch;
  }

  void gradientOfOutput(Tensor dy, long batch) {
    batch(batch, rows("dy", dy, geometry.outputRows(), "(B,C·H,L)"), "dy", dy);
    provider.requireOperand("dy", dy);
  }

  /** Checks the tensors of a backward call; returns the batch size. */
  long backward(
      Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor dy, GradientTargets targets) {
    long batch = inputs(u, gates, lengths);
    gradientOfOutput(dy, batch);
    Tensor input = targets.input();
    Tensor kernel = targets.kernel();
    Tensor skip = targets.skip();
    Tensor pre = targets.pre();
    Tensor post = targets.post();
    if (input != null) {
      signal("gradient of u", input, batch);
      output("gradient of u", input, u, gates, dy);
    }
    if (kernel != null) {
      TensorCheck.type("gradient of kernel", kernel, type.kernelType());
      TensorCheck.shape(
          "gradient of kernel (C',H,K)",
          kernel,
          geometry.channels(),
          geometry.hidden(),
          geometry.kernelLength());
      output("gradient of kernel", kernel, u, gates, dy);
    }
    if (skip != null) {
      TensorCheck.type("gradient of skip", skip, type.kernelType());
      TensorCheck.shape("gradient of skip (C,H)", skip, geometry.heads(), geometry.hidden());
      output("gradient of skip", skip, u, gates, dy);
    }
    if (pre != null) {
      requireGate("pre", gates.preOrNull());
      signal("gradient of pre", pre, batch);
      output("gradient of pre", pre, u, gates, dy);
    }
    if (post != null) {
      requireGate("post", gates.postOrNull());
      signal("gradient of post", post, batch);
      output("gradient of post", post, u, gates, dy);
    }
    disjoint("gradient of u", input, "gradient of kernel", kernel);
    disjoint("gradient of u", input, "gradient of skip", skip);
    disjoint("gradient of u", input, "gradient of pre", pre);
    disjoint("gradient of u", input, "gradient of post", post);
    disjoint("gradient of kernel", kernel, "gradient of skip", skip);
    disjoint("gradient of kernel", kernel, "gradient of pre", pre);
    disjoint("gradient of kernel", kernel, "gradient of post", post);
    disjoint("gradient of skip", skip, "gradient of pre", pre);
    disjoint("gradient of skip", skip, "gradient of post", post);
    disjoint("gradient of pre", pre, "gradient of post", post);
    return batch;
  }

  /** A batch size without tensors. */
  void batch(long batch) {
    if (batch < 1) {
      throw new InvalidArgumentException("batch is " + batch + ": a batch has at least 1 signal");
    }
    long most = Long.MAX_VALUE / type.byteSize() / geometry.length() / geometry.outputRows();
    if (batch > most) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "batch is %d: an output (B,C·H,L) = (B, %d, %d) for more than %d has more bytes than any memory",
              batch,
              geometry.outputRows(),
              geometry.length(),
              most));
    }
  }

  private void gate(String name, @Nullable Tensor gate, long batch) {
    if (gate != null) {
      signal(name, gate, batch);
      provider.requireOperand(name, gate);
    }
  }

  private void signal(String name, Tensor tensor, long batch) {
    batch(batch, rows(name, tensor, geometry.hidden(), "(B,H,L)"), name, tensor);
  }

  /** Checks all but the batch size, and returns that. */
  private long rows(String name, Tensor tensor, long rows, String symbols) {
    Objects.requireNonNull(tensor, name);
    TensorCheck.type(name, tensor, type);
    if (tensor.shape().rank() != 3 || tensor.dim(1) != rows || tensor.dim(2) != geometry.length()) {
      throw new ShapeMismatchException(
          name
              + " has shape "
              + tensor.shape()
              + ", expected "
              + symbols
              + " = (any B, "
              + rows
              + ", "
              + geometry.length()
              + ")");
    }
    return tensor.dim(0);
  }

  private static void batch(long expected, long batch, String name, Tensor tensor) {
    if (batch != expected) {
      throw new ShapeMismatchException(
          name
              + " has shape "
              + tensor.shape()
              + " with batch size "
              + batch
              + ", expected that of u: "
              + expected);
    }
  }

  private void output(String name, Tensor output, Tensor u, Gates gates, @Nullable Tensor dy) {
    TensorCheck.writable(name, output);
    provider.requireOperand(name, output);
    disjoint(name, output, "u", u);
    disjoint(name, output, "pre", gates.preOrNull());
    disjoint(name, output, "post", gates.postOrNull());
    disjoint(name, output, "dy", dy);
  }

  private static void disjoint(
      String name, @Nullable Tensor tensor, String otherName, @Nullable Tensor other) {
    if (tensor != null && other != null) {
      TensorCheck.disjoint(name, tensor, otherName, other);
    }
  }

  private static void requireGate(String name, @Nullable Tensor gate) {
    if (gate == null) {
      throw new InvalidArgumentException(
          "the gradient of the gate '"
              + name
              + "' is asked for, but that gate is not given: give it in Gates or ask for no"
              + " gradient");
    }
  }
}
