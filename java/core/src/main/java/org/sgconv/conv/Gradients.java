package org.sgconv.conv;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.spi.GradientTargets;
import org.sgconv.tensor.Tensor;

/**
 * Gradients of a convolution's inputs, or where to write them. A gradient that is absent is not
 * computed. Owns its tensors.
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Gradients implements AutoCloseable {

  private final GradientTargets targets;

  private Gradients(GradientTargets targets) {
    this.targets = targets;
  }

  /**
   * Gradients in these tensors, which then belong to the result. Null where one is not wanted.
   *
   * @param input du (B,H,L)
   * @param kernel dk (C',H,L)
   * @param skip dD (C,H)
   * @param pre gradient of the gate before the convolution (B,H,L)
   * @param post gradient of the gate after it (B,H,L)
   * @throws InvalidArgumentException if all are null
   */
  public static Gradients of(
      @Nullable Tensor input,
      @Nullable Tensor kernel,
      @Nullable Tensor skip,
      @Nullable Tensor pre,
      @Nullable Tensor post) {
    if (input == null && kernel == null && skip == null && pre == null && post == null) {
      throw new InvalidArgumentException("no gradient is asked for: give at least one tensor");
    }
    return new Gradients(new GradientTargets(input, kernel, skip, pre, post));
  }

  /**
   * New tensors of zeros for every gradient that such a call has: of input and kernel always, of
   * the skip if the spectrum has one, of the gates that are given.
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
    @Nullable Tensor[] made = new @Nullable Tensor[5];
    try {
      made[0] = convolution.signalZeros(batch, hidden, length);
      made[1] = convolution.kernelZeros(convolution.channels(), hidden, length);
      if (spectrum.hasSkip()) {
        made[2] = convolution.kernelZeros(convolution.heads(), hidden);
      }
      if (gates.pre() != null) {
        made[3] = convolution.signalZeros(batch, hidden, length);
      }
      if (gates.post() != null) {
        made[4] = convolution.signalZeros(batch, hidden, length);
      }
    } catch (RuntimeException failure) {
      Tensor.closeAll(made);
      throw failure;
    }
    return of(made[0], made[1], made[2], made[3], made[4]);
  }

  /**
   * du (B,H,L).
   *
   * @throws InvalidArgumentException if it was not asked for
   */
  public Tensor input() {
    return required("input", targets.input());
  }

  /**
   * dk (C',H,L).
   *
   * @throws InvalidArgumentException if it was not asked for
   */
  public Tensor kernel() {
    return required("kernel", targets.kernel());
  }

  /** dD (C,H), if there is a skip and it was asked for. */
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

  /**
   * Closes the tensors.
   *
   * @throws org.sgconv.TensorClosedException if they were closed before
   */
  @Override
  public void close() {
    Tensor.closeAll(
        targets.input(), targets.kernel(), targets.skip(), targets.pre(), targets.post());
  }

  private static Tensor required(String name, @Nullable Tensor gradient) {
    if (gradient == null) {
      throw new InvalidArgumentException("the gradient of the " + name + " was not asked for");
    }
    return gradient;
  }
}
