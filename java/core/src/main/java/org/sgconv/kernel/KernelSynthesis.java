package org.sgconv.kernel;

import org.sgconv.Backend;
import org.sgconv.DecayLaw;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.Tensor;

/**
 * Computes kernels from their parameters, and gradients of the parameters, on one backend (SGConv,
 * section 4).
 *
 * <p>Order: stretch and put together the scales, decay, take the norm if there is none yet, cut or
 * zero-pad to the length, divide by the norm. The norm covers the full length M whatever the length
 * asked for; it is taken once and then a constant: it has no gradient.
 *
 * <p>A norm that has to be summed lag by lag (the power law, the sum of scales, and on cuda every
 * kernel) is refused beyond C'·H·M = 2^32 lags, or what {@code -Dsgconv.norm.lags} says; on the
 * reference backend, interrupting the thread ends it.
 *
 * <p>Any thread may call; the variants that write into given tensors allocate none, but for a norm
 * that is to be taken.
 *
 * <p>Any call throws
 *
 * <ul>
 *   <li>{@link ShapeMismatchException} if a tensor has another shape than is stated,
 *   <li>{@link TypeMismatchException} if the backend does not take the parameters' type, or a
 *       tensor is of another,
 *   <li>{@link InvalidArgumentException} if an output overlaps another tensor or is read-only, or a
 *       norm is to be taken that is zero, not finite, or a sum over more lags than the limit,
 *   <li>{@link org.sgconv.TensorClosedException} if a tensor is closed, {@link
 *       org.sgconv.ClosedException} if another thread closes or moves the parameters whose norm is
 *       to be taken, and {@link org.sgconv.OperationInterruptedException} if the thread is
 *       interrupted while it takes a norm on the reference backend: the parameters then have none,
 *   <li>{@link org.sgconv.device.WrongDeviceException} if a tensor is not where the backend
 *       computes,
 *   <li>{@link org.sgconv.HostMemoryException} or {@link org.sgconv.device.DeviceMemoryException}
 *       if there is not the memory, and {@link org.sgconv.device.DeviceLostException} if an error
 *       ended all use of the device.
 * </ul>
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class KernelSynthesis {

  private final BackendProvider provider;

  private KernelSynthesis(BackendProvider provider) {
    this.provider = provider;
  }

  /**
   * Synthesis on this backend.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   */
  public static KernelSynthesis on(Backend backend) {
    return new KernelSynthesis(BackendProvider.of(backend));
  }

  /**
   * Takes the norm of the parameters now, if they have none.
   *
   * @return the norm (C',H), which belongs to the parameters
   */
  public Tensor norm(KernelParameters parameters) {
    requireSupported(parameters);
    return operands(parameters).norm();
  }

  /**
   * A new tensor with the normalized kernel (C',H,K), zero beyond lag M.
   *
   * @param length K, from 1 to 2^40
   * @throws InvalidArgumentException if the length is out of range
   */
  public Tensor forward(KernelParameters parameters, long length) {
    requireSupported(parameters);
    if (length < 1 || length > ConvolutionGeometry.MAX_LENGTH) {
      throw new InvalidArgumentException(
          "length is " + length + ": must be from 1 to " + ConvolutionGeometry.MAX_LENGTH);
    }
    KernelSpec spec = parameters.spec();
    try (Closer made = Closer.onFailure()) {
      Tensor kernel =
          made.add(
              provider.uninitialized(parameters.type(), spec.channels(), spec.hidden(), length));
      forward(parameters, kernel);
      made.keep();
      return kernel;
    }
  }

  /** Overwrites {@code kernel} (C',H,K) with the normalized kernel, zero beyond lag M. */
  public void forward(KernelParameters parameters, Tensor kernel) {
    requireSupported(parameters);
    requireKernel("kernel", parameters, kernel);
    requireOutput("kernel", kernel, parameters);
    KernelOperands operands = operands(parameters);
    TensorCheck.disjoint("kernel", kernel, "norm", operands.norm());
    provider.kernels().forward(operands, kernel);
  }

  /**
   * New tensors with the gradients of the parameters.
   *
   * @param gradKernel gradient of the normalized kernel, (C',H,K)
   */
  public KernelGradients backward(KernelParameters parameters, Tensor gradKernel) {
    requireSupported(parameters);
    requireKernel("gradKernel", parameters, gradKernel);
    try (Closer made = Closer.onFailure()) {
      KernelGradients gradients = made.add(KernelGradients.allocate(parameters));
      backward(parameters, gradKernel, gradients);
      made.keep();
      return gradients;
    }
  }

  /**
   * Overwrites {@code into} with the gradients of the parameters. The gradient of the decay is not
   * computed where {@code into} has none.
   *
   * @param gradKernel gradient of the normalized kernel, (C',H,K)
   * @throws InvalidArgumentException if a gradient of the geometric law's multipliers is asked for
   */
  public void backward(KernelParameters parameters, Tensor gradKernel, KernelGradients into) {
    requireSupported(parameters);
    requireKernel("gradKernel", parameters, gradKernel);
    Tensor weights = into.weights();
    TensorCheck.shape("gradient of weights", weights, parameters.weights().shape());
    requireOutput("gradient of weights", weights, parameters);
    TensorCheck.disjoint("gradient of weights", weights, "gradKernel", gradKernel);
    KernelOperands operands = operands(parameters);
    Tensor norm = operands.norm();
    TensorCheck.disjoint("gradient of weights", weights, "norm", norm);
    Tensor decay = into.decayIfWanted();
    if (decay != null) {
      if (parameters.spec().decay() == DecayLaw.GEOMETRIC) {
        throw new InvalidArgumentException(
            "gradient of decay: the multipliers of the geometric law have none; give none");
      }
      TensorCheck.shape("gradient of decay", decay, parameters.decay().shape());
      requireOutput("gradient of decay", decay, parameters);
      TensorCheck.disjoint("gradient of decay", decay, "gradKernel", gradKernel);
      TensorCheck.disjoint("gradient of decay", decay, "norm", norm);
      TensorCheck.disjoint("gradient of decay", decay, "gradient of weights", weights);
    }
    provider.kernels().backward(operands, gradKernel, weights, decay);
  }

  private KernelOperands operands(KernelParameters parameters) {
    KernelOperands known = parameters.operands();
    return known == null ? takeNorm(parameters) : known;
  }

  private KernelOperands takeNorm(KernelParameters parameters) {
    KernelGeometry geometry = parameters.spec().geometry();
    KernelOperations kernels = provider.kernels();
    NormLimit.require(geometry, kernels.normLags(geometry));
    provider.beginCall(); // before the parameters' lock, as in a recording
    try {
      return parameters.takeNorm(kernels::norm);
    } finally {
      provider.endCall();
    }
  }

  private void requireSupported(KernelParameters parameters) {
    provider.requireType(parameters.type());
    provider.requireOperand("weights", parameters.weights());
    provider.requireOperand("decay", parameters.decay());
    KernelOperands known = parameters.operands();
    if (known != null) {
      provider.requireOperand("norm", known.norm());
    }
  }

  private void requireKernel(String name, KernelParameters parameters, Tensor kernel) {
    KernelSpec spec = parameters.spec();
    TensorCheck.type(name, kernel, parameters.type());
    if (kernel.shape().rank() != 3
        || kernel.dim(0) != spec.channels()
        || kernel.dim(1) != spec.hidden()) {
      throw new ShapeMismatchException(
          name
              + " has shape "
              + kernel.shape()
              + ", expected (C',H,K) = ("
              + spec.channels()
              + ", "
              + spec.hidden()
              + ", any K)");
    }
    provider.requireOperand(name, kernel);
  }

  private void requireOutput(String name, Tensor output, KernelParameters parameters) {
    TensorCheck.type(name, output, parameters.type());
    TensorCheck.writable(name, output);
    provider.requireOperand(name, output);
    TensorCheck.disjoint(name, output, "weights", parameters.weights());
    TensorCheck.disjoint(name, output, "decay", parameters.decay());
  }
}
