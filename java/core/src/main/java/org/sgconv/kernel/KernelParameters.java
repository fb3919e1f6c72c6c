package org.sgconv.kernel;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Stream;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.TensorAccess;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The parameters of a structured kernel: weights (S,C',H,d), decay (H) and, once taken, the norm
 * (C',H). They own their tensors.
 *
 * <p>The norm is set at most once, by {@link #of} or by {@link KernelSynthesis}, and then stays.
 * Several threads may read the parameters and take the norm; changing weights or decay while
 * another thread uses them is the caller's to prevent.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class KernelParameters implements AutoCloseable {

  private final KernelSpec spec;
  private final Tensor weights;
  private final Tensor decay;

  /** All of them, from the time when the norm is there. */
  private volatile @Nullable KernelOperands operands;

  /**
   * Threads that close these or move them away: while any does, no norm is taken. Guarded by this.
   */
  private int enders;

  private KernelParameters(KernelSpec spec, Tensor weights, Tensor decay, @Nullable Tensor norm) {
    this.spec = spec;
    this.weights = weights;
    this.decay = decay;
    this.operands = norm == null ? null : operands(norm);
  }

  private KernelOperands operands(Tensor norm) {
    return new KernelOperands(spec.geometry(), weights, decay, norm);
  }

  /**
   * New parameters drawn from a seed, without a norm yet: the weights as {@link
   * KernelSpec#initialization()} says; multipliers {@code linspace(decayMin, decayMax, H)}, or for
   * the power law exponents uniform in that range, as in the published code. The same seed gives
   * the same values on every platform.
   *
   * @param type FLOAT32 or FLOAT64
   * @throws TypeMismatchException if the type is one of 16 bits
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   */
  public static KernelParameters random(KernelSpec spec, DType type, long seed) {
    requireWide(type);
    try (Closer made = Closer.onFailure()) {
      Tensor weights =
          made.add(
              Tensor.zeros(type, spec.scales(), spec.channels(), spec.hidden(), spec.kernelDim()));
      Tensor decay = made.add(Tensor.zeros(type, spec.hidden()));
      SeededNormals random = new SeededNormals(seed);
      ParameterInitializer.weights(spec, random, weights);
      ParameterInitializer.decay(spec, random, decay);
      made.keep();
      return new KernelParameters(spec, weights, decay, null);
    }
  }

  /**
   * New parameters drawn from a seed, where a backend computes. The same seed gives the same values
   * on every backend.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   */
  public static KernelParameters random(Backend backend, KernelSpec spec, DType type, long seed) {
    try (Closer made = Closer.onFailure()) {
      KernelParameters moved = made.add(random(spec, type, seed)).moveTo(backend);
      made.keep();
      return moved;
    }
  }

  /**
   * Parameters from these tensors, which then belong to the result: it closes them. If this method
   * throws, they still belong to the caller. The norm is taken at the first synthesis.
   *
   * @param weights (S,C',H,d)
   * @param decay (H): multipliers m_h, or for the power law exponents δ_h
   * @throws org.sgconv.ShapeMismatchException if a shape contradicts the spec
   * @throws TypeMismatchException if the types differ or are of 16 bits
   * @throws InvalidArgumentException if a value is not finite, or the tensors overlap
   */
  public static KernelParameters of(KernelSpec spec, Tensor weights, Tensor decay) {
    require(spec, weights, decay);
    return new KernelParameters(spec, weights, decay, null);
  }

  /**
   * Parameters from these tensors, which then belong to the result, with a norm that was taken
   * before. If this method throws, the tensors still belong to the caller.
   *
   * @param weights (S,C',H,d)
   * @param decay (H): multipliers m_h, or for the power law exponents δ_h
   * @param norm (C',H), each above 0
   * @throws org.sgconv.ShapeMismatchException if a shape contradicts the spec
   * @throws TypeMismatchException if the types differ or are of 16 bits
   * @throws InvalidArgumentException if a value is not finite, a norm not above 0, or two tensors
   *     overlap
   */
  public static KernelParameters of(KernelSpec spec, Tensor weights, Tensor decay, Tensor norm) {
    require(spec, weights, decay);
    TensorCheck.shape("norm (C',H)", norm, spec.channels(), spec.hidden());
    TensorCheck.type("norm", norm, weights.type());
    TensorCheck.disjoint("norm", norm, "weights", weights);
    TensorCheck.disjoint("norm", norm, "decay", decay);
    requireNorm(norm);
    return new KernelParameters(spec, weights, decay, norm);
  }

  private static void require(KernelSpec spec, Tensor weights, Tensor decay) {
    requireWide(weights.type());
    TensorCheck.shape(
        "weights (S,C',H,d)",
        weights,
        spec.scales(),
        spec.channels(),
        spec.hidden(),
        spec.kernelDim());
    TensorCheck.shape("decay (H)", decay, spec.hidden());
    TensorCheck.type("decay", decay, weights.type());
    TensorCheck.disjoint("decay", decay, "weights", weights);
    TensorCheck.finite("weights", weights);
    TensorCheck.finite("decay", decay);
  }

  /**
   * New parameters with the same values on a stream's device. Waits as {@link
   * Tensor#copyTo(Stream)} does: not for tensors on that stream or pinned.
   *
   * @throws TensorClosedException if the parameters are closed
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   * @throws org.sgconv.device.StreamClosedException if the stream is closed
   */
  public KernelParameters copyTo(Stream stream) {
    return copied(tensor -> tensor.copyTo(stream));
  }

  /**
   * New parameters with the same values where a backend computes, even if these are there. Waits as
   * {@link Tensor#copyTo(Backend)} does: not for tensors on its stream or pinned.
   *
   * @throws TensorClosedException if the parameters are closed
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public KernelParameters copyTo(Backend backend) {
    return copied(tensor -> tensor.copyTo(backend));
  }

  /**
   * These parameters where a backend computes: themselves if they are there; otherwise a copy, for
   * which they are closed. If the method throws, no copy is left, and what is open of these is
   * still the caller's to close: all, unless another thread is in a native call on the decay or the
   * norm alone; then the weights are closed already. Waits if it copies.
   *
   * @throws TensorClosedException if the parameters are closed
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   * @throws org.sgconv.TensorInUseException if another thread computes with them
   */
  public KernelParameters moveTo(Backend backend) {
    Tensor known = normIfTaken();
    if (weights.isOn(backend) && decay.isOn(backend) && (known == null || known.isOn(backend))) {
      return this;
    }
    known = beginEnding();
    try (Closer made = Closer.onFailure()) {
      made.add(this::goOn);
      KernelParameters copy = made.add(copyTo(backend));
      weights.close(); // alone at first: every computation uses them
      Tensor.closeAll(decay, known);
      made.keep();
      return copy;
    }
  }

  private KernelParameters copied(UnaryOperator<Tensor> copier) {
    try (Closer made = Closer.onFailure()) {
      Tensor copiedWeights = made.add(copier.apply(weights));
      Tensor copiedDecay = made.add(copier.apply(decay));
      Tensor known = normIfTaken();
      Tensor copiedNorm = known == null ? null : made.add(copier.apply(known));
      made.keep();
      return new KernelParameters(spec, copiedWeights, copiedDecay, copiedNorm);
    }
  }

  /** What the kernel looks like. */
  public KernelSpec spec() {
    return spec;
  }

  /** (S,C',H,d). Belongs to these parameters. */
  public Tensor weights() {
    return weights;
  }

  /** (H): multipliers, or for the power law exponents. Belongs to these parameters. */
  public Tensor decay() {
    return decay;
  }

  /** (C',H): L2 norm over the full length, once taken. Belongs to these parameters. */
  public Optional<Tensor> norm() {
    return Optional.ofNullable(normIfTaken());
  }

  /** Element type of all of them. */
  public DType type() {
    return weights.type();
  }

  /** Whether the weights are closed, by {@link #close()} or by {@link #moveTo}. */
  public boolean isClosed() {
    return weights.isClosed();
  }

  /** Closes the tensors; once they are, this does nothing. */
  @Override
  public void close() {
    Tensor known = beginEnding();
    try (Closer failed = Closer.onFailure()) {
      failed.add(this::goOn);
      Tensor.closeAll(weights, decay, known);
      failed.keep();
    }
  }

  /**
   * No norm is taken from now on; returns the one that was. Tensors are closed and copied without
   * the lock: closing one on a device waits for its stream, which a recording holds while it asks
   * for the norm.
   */
  private synchronized @Nullable Tensor beginEnding() {
    enders++;
    return normIfTaken();
  }

  private synchronized void goOn() {
    enders--;
  }

  private @Nullable Tensor normIfTaken() {
    KernelOperands known = operands;
    return known == null ? null : known.norm();
  }

  /** What kernels are made of, or null if there is no norm yet. */
  @Nullable KernelOperands operands() {
    return operands;
  }

  /**
   * What kernels are made of; if there is no norm yet, with the one that {@code computation}
   * writes, from now on. Call between a backend's {@code beginCall} and {@code endCall}: its lock
   * comes first.
   */
  synchronized KernelOperands takeNorm(Consumer<KernelOperands> computation) {
    KernelOperands known = operands;
    if (known != null) {
      return known;
    }
    TensorAccess.requireOpen(weights);
    if (enders > 0) {
      throw new ClosedException(
          "another thread is closing or moving the kernel parameters: take their norm before");
    }
    try (Closer made = Closer.onFailure()) {
      Tensor norm = made.add(weights.zerosBeside(spec.channels(), spec.hidden()));
      KernelOperands fresh = operands(norm);
      computation.accept(fresh);
      requireNorm(norm);
      made.keep();
      operands = fresh;
      return fresh;
    }
  }

  /** Norms reach 10^5, and kernels are sums of many scales: 16 bits would not hold them. */
  private static void requireWide(DType type) {
    if (type.kernelType() != type) {
      throw new TypeMismatchException(
          "kernel parameters are "
              + type
              + ", expected FLOAT32 or FLOAT64: signals can have 16 bits, kernels have "
              + type.kernelType()
              + " with them");
    }
  }

  /** A norm divides the kernel: zero, NaN or infinity would spread without a word. */
  private static void requireNorm(Tensor norm) {
    TensorCheck.finite("norm (C',H)", norm);
    double[] values = norm.toDoubleArray();
    for (int i = 0; i < values.length; i++) {
      if (values[i] <= 0) {
        long[] index = norm.shape().indexOf(i);
        throw new InvalidArgumentException(
            "the norm of kernel channel "
                + index[0]
                + ", row "
                + index[1]
                + " is "
                + values[i]
                + ": must be above 0; weights that are all zero have no norm to divide by");
      }
    }
  }
}
