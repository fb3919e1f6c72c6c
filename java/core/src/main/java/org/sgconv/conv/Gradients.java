package org.sgconv.conv;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.GradientTargets;
import org.sgconv.tensor.Tensor;

/**
 * Gradients of a convolution's inputs, or where to write them. A gradient that is absent is not
 * computed.
 *
 * <p>What {@link LongConvolution#backward} returns and what {@link #allocate} makes has a gradient
 * of everything that the call has, and owns the tensors: closing it closes them. Tensors of the
 * caller's are lent to it with {@link #into()}, which takes any of the gradients and owns none:
 *
 * {@snippet :
 * Gradients into = Gradients.into().input(du).kernel(dk).build();
 * convolution.backward(spectrum, u, Gates.none(), dy, into); // overwrites du and dk
 * }
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Gradients implements AutoCloseable {

  private final GradientTargets targets;
  private final boolean lent;

  Gradients(GradientTargets targets, boolean lent) {
    this.targets = targets;
    this.lent = lent;
  }

  /** Lends tensors of the caller's, those of the gradients that are wanted. */
  public static Builder into() {
    return new Builder();
  }

  /** Tensors that a backward pass overwrites; they stay the caller's. */
  public static final class Builder {

    private @Nullable Tensor input;
    private @Nullable Tensor kernel;
    private @Nullable Tensor skip;
    private @Nullable Tensor pre;
    private @Nullable Tensor post;

    private Builder() {}

    /** Wants the gradient of the signal, du (B,H,L). */
    public Builder input(Tensor target) {
      input = Objects.requireNonNull(target, "input");
      return this;
    }

    /** Wants the gradient of the kernel, dk (C',H,K). */
    public Builder kernel(Tensor target) {
      kernel = Objects.requireNonNull(target, "kernel");
      return this;
    }

    /** Wants the gradient of the skip, dD (C,H). */
    public Builder skip(Tensor target) {
      skip = Objects.requireNonNull(target, "skip");
      return this;
    }

    /** Wants the gradient of the gate before the convolution (B,H,L). */
    public Builder pre(Tensor target) {
      pre = Objects.requireNonNull(target, "pre");
      return this;
    }

    /** Wants the gradient of the gate after the convolution (B,H,L). */
    public Builder post(Tensor target) {
      post = Objects.requireNonNull(target, "post");
      return this;
    }

    /**
     * What was asked for.
     *
     * @throws InvalidArgumentException if that is nothing
     */
    public Gradients build() {
      if (input == null && kernel == null && skip == null && pre == null && post == null) {
        throw new InvalidArgumentException("no gradient is asked for: give at least one tensor");
      }
      return new Gradients(new GradientTargets(input, kernel, skip, pre, post), true);
    }
  }

  /**
   * New tensors of arbitrary content for every gradient that such a call has: of input and kernel
   * always, of the skip if the spectrum has one, of the gates that are given.
   *
   * @param batch B ≥ 1
   * @throws InvalidArgumentException if a size is below 1 or the size in bytes overflows a long
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public static Gradients allocate(
      LongConvolution convolution, KernelSpectrum spectrum, long batch, Gates gates) {
    long hidden = convolution.hidden();
    long length = convolution.length();
    try (Closer made = Closer.onFailure()) {
      Tensor input = made.add(convolution.newSignal(batch, hidden, length));
      Tensor kernel =
          made.add(
              convolution.newKernel(convolution.channels(), hidden, convolution.kernelLength()));
      Tensor skip = null;
      if (spectrum.hasSkip()) {
        skip = made.add(convolution.newKernel(convolution.heads(), hidden));
      }
      Tensor pre = null;
      if (gates.preOrNull() != null) {
        pre = made.add(convolution.newSignal(batch, hidden, length));
      }
      Tensor post = null;
      if (gates.postOrNull() != null) {
        post = made.add(convolution.newSignal(batch, hidden, length));
      }
      made.keep();
      return new Gradients(new GradientTargets(input, kernel, skip, pre, post), false);
    }
  }

  /**
   * Gradient of the signal, du (B,H,L). Always there in what a backward call returns.
   *
   * @throws InvalidArgumentException if it was not asked for
   */
  public Tensor input() {
    return required("input", targets.input());
  }

  /**
   * Gradient of the kernel, dk (C',H,K). Always there in what a backward call returns.
   *
   * @throws InvalidArgumentException if it was not asked for
   */
  public Tensor kernel() {
    return required("kernel", targets.kernel());
  }

  /** Gradient of the skip, dD (C,H), if there is a skip and it was asked for. */
  public Optional<Tensor> skip() {
    return Optional.ofNullable(targets.skip());
  }

  /** Gradient of the gate before the convolution (B,H,L), if asked for. */
  public Optional<Tensor> pre() {
    return Optional.ofNullable(targets.pre());
  }

  /** Gradient of the gate after the convolution (B,H,L), if asked for. */
  public Optional<Tensor> post() {
    return Optional.ofNullable(targets.post());
  }

  GradientTargets targets() {
    return targets;
  }

  /** Closes the tensors if they are owned; does nothing if they are lent, or closed already. */
  @Override
  public void close() {
    if (!lent) {
      Tensor.closeAll(
          targets.input(), targets.kernel(), targets.skip(), targets.pre(), targets.post());
    }
  }

  private static Tensor required(String name, @Nullable Tensor gradient) {
    if (gradient == null) {
      throw new InvalidArgumentException("the gradient of the " + name + " was not asked for");
    }
    return gradient;
  }
}
