package org.sgconv.conv;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of signals (B,H,L) with kernels (C',H,K) to outputs (B,C·H,L) with row c·H + h:
 * heads C, kernel channels C' = C, or 2C when bidirectional (first C forward, then C backward).
 * Which lags count is the {@link ConvolutionMode}'s definition; the linear modes are exact, nothing
 * wraps. Any L ≥ 1 is legal, and any K ≥ 1, in the circular mode up to L; unless something else is
 * said, K = L. Lags that no two samples of a signal are apart are cut, and their gradients are
 * zero.
 *
 * {@snippet :
 * try (LongConvolution convolution = LongConvolution.create(backend, spec, length);
 *     KernelSpectrum spectrum = convolution.prepare(parameters);
 *     Tensor y = convolution.forward(spectrum, u)) {
 *   ...
 * }
 * }
 *
 * <p>A kernel is prepared once into a {@link KernelSpectrum}, optionally with a skip D (C,H) that
 * adds D·u, and used for any number of batches. Rows of a batch may have {@linkplain RowLengths
 * lengths} of their own. The variants that write into given tensors allocate none; only the first
 * {@code prepare(parameters, …)} makes the norm, if there is none, and on host backends memory for
 * a kernel. A convolution refers to the tensors of its last call until the next one, or until it is
 * closed.
 *
 * <p>Any thread may call. Forward and backward may run side by side as far as the backend lets
 * them; preparing and closing wait for them. Closing also closes the spectra; the order does not
 * matter.
 *
 * <p>Creating one throws {@link org.sgconv.BackendUnavailableException} if the backend cannot be
 * used here, {@link org.sgconv.TypeMismatchException} if it does not take the type, with those that
 * it takes, and {@link InvalidArgumentException} if a size is out of range. Any other call throws
 *
 * <ul>
 *   <li>{@link org.sgconv.ShapeMismatchException} if a tensor has another shape than is stated, or
 *       there are not as many lengths as rows,
 *   <li>{@link org.sgconv.TypeMismatchException} if a tensor is not of {@link #type()}, or a
 *       kernel, a skip or a gradient of these not of {@link #kernelType()},
 *   <li>{@link InvalidArgumentException} if an output shares memory with another tensor or is
 *       read-only, a length is beyond L, a gradient is asked for that the call does not have, or a
 *       spectrum is another convolution's,
 *   <li>{@link ClosedException} if the convolution or the spectrum is closed, and {@link
 *       org.sgconv.TensorClosedException} if a tensor is,
 *   <li>{@link org.sgconv.device.WrongDeviceException} if a tensor is not where this computes,
 *   <li>{@link org.sgconv.HostMemoryException} or {@link org.sgconv.device.DeviceMemoryException}
 *       if there is not the memory, and {@link org.sgconv.device.DeviceLostException} if an error
 *       ended all use of the device.
 * </ul>
 *
 * A call that throws has changed nothing but its outputs, whose contents are then unspecified, and
 * the spectrum that it was to prepare, which may then hold no kernel.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class LongConvolution implements AutoCloseable {

  private final Backend backend;
  private final BackendProvider provider;
  private final ConvolutionGeometry geometry;
  private final DType type;
  private final ConvolutionPlan plan;
  private final OperandCheck check;
  private final Operands operands;

  /** Held by calls that may run side by side: with {@link #exclusive}, the plan's one lock. */
  private final Lock shared;

  /** Held while anything is made, prepared or closed. */
  private final Lock exclusive;

  private final Spectra spectra;

  /** Guarded by the lock. */
  private boolean closed;

  LongConvolution(Backend backend, ConvolutionGeometry geometry, DType type) {
    this.backend = backend;
    this.provider = backend.provider();
    this.geometry = geometry;
    this.type = type;
    this.plan = provider.plan(geometry, type);
    this.shared = plan.lock().readLock();
    this.exclusive = plan.lock().writeLock();
    this.check = new OperandCheck(provider, geometry, type);
    this.operands = new Operands(check);
    this.spectra = new Spectra(this, provider, plan, check, operands);
  }

  /**
   * Convolutions with kernels as long as the signal, in FLOAT32, or in the backend's type if it
   * does not take FLOAT32. {@link #builder} makes all others.
   *
   * @param heads C ≥ 1
   * @param hidden H ≥ 1
   * @param length L, from 1 to 2^40
   */
  public static LongConvolution create(
      Backend backend, ConvolutionMode mode, int heads, int hidden, long length) {
    return builder(backend).mode(mode).heads(heads).hidden(hidden).length(length).build();
  }

  /**
   * Convolutions with kernels as long as the signal, of signals of this element type.
   *
   * @param heads C ≥ 1
   * @param hidden H ≥ 1
   * @param length L, from 1 to 2^40
   * @param type of signals, outputs, gates and their gradients
   */
  public static LongConvolution create(
      Backend backend, ConvolutionMode mode, int heads, int hidden, long length, DType type) {
    return builder(backend)
        .mode(mode)
        .heads(heads)
        .hidden(hidden)
        .length(length)
        .type(type)
        .build();
  }

  /**
   * Convolutions with the kernels of a spec: its mode, heads and hidden width, kernels as long as
   * the signal, in FLOAT32, or in the backend's type if it does not take FLOAT32.
   *
   * @param length L, from 1 to 2^40; need not be the spec's
   */
  public static LongConvolution create(Backend backend, KernelSpec spec, long length) {
    return builder(backend).kernels(spec).length(length).build();
  }

  /**
   * Starts a convolution of any shape: one causal head of one row unless something else is said.
   *
   * {@snippet :
   * LongConvolution reverb =
   *     LongConvolution.builder(backend).hidden(2).length(samples).kernelLength(lags).build();
   * }
   */
  public static ConvolutionBuilder builder(Backend backend) {
    return new ConvolutionBuilder(Objects.requireNonNull(backend, "backend"));
  }

  /**
   * Prepares a kernel without a skip, in a new spectrum, which keeps no reference to the tensor.
   *
   * @param kernel (C',H,K)
   */
  public KernelSpectrum prepare(Tensor kernel) {
    return spectra.make(kernel, null);
  }

  /**
   * Prepares a kernel with a skip, in a new spectrum, which keeps no reference to the tensors.
   *
   * @param kernel (C',H,K)
   * @param skip D (C,H)
   */
  public KernelSpectrum prepare(Tensor kernel, Tensor skip) {
    return spectra.make(kernel, Objects.requireNonNull(skip, "skip"));
  }

  /**
   * Prepares the kernel that {@link KernelSynthesis#forward} makes of these parameters, in a new
   * spectrum. Nobody sees the kernel: host backends keep memory for one, C'·H·K elements, until the
   * convolution is closed; on the cuda backend it need not even be in the device's memory. Takes
   * the norm first, if there is none yet, and waits for it. The gradient of the kernel in a
   * backward pass goes to {@link KernelSynthesis#backward}.
   *
   * @param parameters for the heads, hidden width and directions of this convolution
   * @throws InvalidArgumentException if a norm to be taken is zero, not finite or beyond its limit
   * @throws ClosedException if a norm is to be taken while another thread closes or moves the
   *     parameters
   */
  public KernelSpectrum prepare(KernelParameters parameters) {
    return spectra.make(parameters, null);
  }

  /**
   * Prepares the kernel of these parameters with a skip; otherwise as {@link
   * #prepare(KernelParameters)}.
   *
   * @param skip D (C,H)
   */
  public KernelSpectrum prepare(KernelParameters parameters, Tensor skip) {
    return spectra.make(parameters, Objects.requireNonNull(skip, "skip"));
  }

  /**
   * Convolves signals, into a new tensor (B,C·H,L).
   *
   * @param u (B,H,L)
   */
  public Tensor forward(KernelSpectrum spectrum, Tensor u) {
    return output(spectrum, u, Gates.none(), null);
  }

  /**
   * Convolves signals of several lengths, into a new tensor (B,C·H,L).
   *
   * @param u (B,H,L)
   */
  public Tensor forward(KernelSpectrum spectrum, Tensor u, RowLengths lengths) {
    return output(spectrum, u, Gates.none(), Objects.requireNonNull(lengths, "lengths"));
  }

  /**
   * Convolves gated signals, {@code post ⊙ conv(pre ⊙ u)}, into a new tensor (B,C·H,L).
   *
   * @param u (B,H,L)
   */
  public Tensor forward(KernelSpectrum spectrum, Tensor u, Gates gates) {
    return output(spectrum, u, gates, null);
  }

  /**
   * Convolves gated signals of several lengths, into a new tensor (B,C·H,L).
   *
   * @param u (B,H,L)
   */
  public Tensor forward(KernelSpectrum spectrum, Tensor u, Gates gates, RowLengths lengths) {
    return output(spectrum, u, gates, Objects.requireNonNull(lengths, "lengths"));
  }

  /**
   * Overwrites y (B,C·H,L) with the convolution of gated signals, {@code post ⊙ conv(pre ⊙ u)}.
   *
   * @param u (B,H,L)
   * @param gates {@link Gates#none()} for a plain convolution
   */
  public void forward(KernelSpectrum spectrum, Tensor u, Gates gates, Tensor y) {
    run(spectrum, operands.forward(u, gates, null, y));
  }

  /**
   * Overwrites y (B,C·H,L) with the convolution of gated signals of several lengths.
   *
   * @param u (B,H,L)
   * @param gates {@link Gates#none()} for a plain convolution
   */
  public void forward(
      KernelSpectrum spectrum, Tensor u, Gates gates, RowLengths lengths, Tensor y) {
    Objects.requireNonNull(lengths, "lengths");
    run(spectrum, operands.forward(u, gates, lengths, y));
  }

  private Tensor output(
      KernelSpectrum spectrum, Tensor u, Gates gates, @Nullable RowLengths lengths) {
    long batch = check.inputs(u, gates, lengths);
    try (Closer made = Closer.onFailure()) {
      Tensor y = made.add(newSignal(batch, geometry.outputRows(), geometry.length()));
      run(spectrum, Operands.ofForward(batch, u, gates, lengths, y));
      made.keep();
      return y;
    }
  }

  private void run(KernelSpectrum spectrum, ForwardOperands call) {
    Objects.requireNonNull(spectrum, "spectrum");
    shared.lock();
    try {
      requireOpen();
      plan.forward(spectrum.ready(this), call);
    } finally {
      shared.unlock();
    }
  }

  /**
   * Computes every gradient of a plain forward call, in new tensors: of u, the kernel and, if the
   * spectrum has one, the skip.
   *
   * @param u (B,H,L), as in the forward call
   * @param dy gradient of the output, (B,C·H,L)
   */
  public Gradients backward(KernelSpectrum spectrum, Tensor u, Tensor dy) {
    return gradients(spectrum, u, Gates.none(), null, dy);
  }

  /**
   * Computes every gradient of a plain forward call with these lengths, in new tensors.
   *
   * @param u (B,H,L), as in the forward call
   * @param lengths as in the forward call
   * @param dy gradient of the output, (B,C·H,L); beyond the lengths it counts as zero
   */
  public Gradients backward(KernelSpectrum spectrum, Tensor u, RowLengths lengths, Tensor dy) {
    return gradients(spectrum, u, Gates.none(), Objects.requireNonNull(lengths, "lengths"), dy);
  }

  /**
   * Computes every gradient of a gated forward call, in new tensors: also of the gates that are
   * given.
   *
   * @param u (B,H,L), as in the forward call
   * @param gates as in the forward call
   * @param dy gradient of the output, (B,C·H,L)
   */
  public Gradients backward(KernelSpectrum spectrum, Tensor u, Gates gates, Tensor dy) {
    return gradients(spectrum, u, gates, null, dy);
  }

  /**
   * Computes every gradient of a gated forward call with these lengths, in new tensors.
   *
   * @param u (B,H,L), as in the forward call
   * @param gates as in the forward call
   * @param lengths as in the forward call
   * @param dy gradient of the output, (B,C·H,L); beyond the lengths it counts as zero
   */
  public Gradients backward(
      KernelSpectrum spectrum, Tensor u, Gates gates, RowLengths lengths, Tensor dy) {
    return gradients(spectrum, u, gates, Objects.requireNonNull(lengths, "lengths"), dy);
  }

  /**
   * Overwrites the tensors of {@code into} with gradients of a forward call. Deterministic: the
   * same inputs give the same bits on a given backend and device.
   *
   * @param u (B,H,L), as in the forward call
   * @param gates as in the forward call
   * @param dy gradient of the output, (B,C·H,L)
   */
  public void backward(KernelSpectrum spectrum, Tensor u, Gates gates, Tensor dy, Gradients into) {
    run(spectrum, operands.backward(u, gates, null, dy, targets(into)));
  }

  /**
   * Overwrites the tensors of {@code into} with gradients of a forward call with these lengths; the
   * gradients of signals and gates are zero beyond them.
   *
   * @param u (B,H,L), as in the forward call
   * @param gates as in the forward call
   * @param lengths as in the forward call
   * @param dy gradient of the output, (B,C·H,L); beyond the lengths it counts as zero
   */
  public void backward(
      KernelSpectrum spectrum,
      Tensor u,
      Gates gates,
      RowLengths lengths,
      Tensor dy,
      Gradients into) {
    Objects.requireNonNull(lengths, "lengths");
    run(spectrum, operands.backward(u, gates, lengths, dy, targets(into)));
  }

  private static GradientTargets targets(Gradients into) {
    return Objects.requireNonNull(into, "into").targets();
  }

  private Gradients gradients(
      KernelSpectrum spectrum, Tensor u, Gates gates, @Nullable RowLengths lengths, Tensor dy) {
    Objects.requireNonNull(spectrum, "spectrum");
    long batch = check.inputs(u, gates, lengths);
    check.gradientOfOutput(dy, batch);
    try (Closer made = Closer.onFailure()) {
      Gradients gradients = made.add(Gradients.allocate(this, spectrum, batch, gates));
      run(spectrum, Operands.ofBackward(batch, u, gates, lengths, dy, gradients.targets()));
      made.keep();
      return gradients;
    }
  }

  private void run(KernelSpectrum spectrum, BackwardOperands call) {
    Objects.requireNonNull(spectrum, "spectrum");
    shared.lock();
    try {
      requireOpen();
      PlanSpectrum ready = spectrum.ready(this);
      if (call.targets().skip() != null && !spectrum.hasSkip()) {
        throw new InvalidArgumentException(
            "the gradient of the skip is asked for, but the spectrum was prepared without one:"
                + " prepare the kernel with a skip or ask for no such gradient");
      }
      plan.backward(ready, call);
    } finally {
      shared.unlock();
    }
  }

  /**
   * The element types of signals that a backend takes.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   */
  public static Set<DType> supportedTypes(Backend backend) {
    return BackendProvider.of(backend).supportedTypes();
  }

  /** Where it runs. */
  public Backend backend() {
    return backend;
  }

  /** Which lags count. */
  public ConvolutionMode mode() {
    return geometry.mode();
  }

  /** Heads C: kernels for each row of a signal. */
  public int heads() {
    return geometry.heads();
  }

  /** Hidden width H: rows of a signal. */
  public int hidden() {
    return geometry.hidden();
  }

  /** Kernel channels C': as many as heads, or twice as many when bidirectional. */
  public int channels() {
    return geometry.channels();
  }

  /** Signal length L, in samples. */
  public long length() {
    return geometry.length();
  }

  /** Kernel length K, in lags. */
  public long kernelLength() {
    return geometry.kernelLength();
  }

  /**
   * Bytes of memory that each {@link KernelSpectrum} of this convolution takes: on the device, or
   * on the host where the backend computes there.
   *
   * @since 0.1.0
   */
  public long spectrumBytes() {
    return plan.spectrumBytes();
  }

  /**
   * Bytes of scratch memory on the device that calls with so many signals take at most, beside
   * tensors and spectra: preparing from parameters, forward, and backward to all gradients or any.
   * The convolutions of a stream share one workspace, so that it has as many bytes as the largest
   * number of any, not as the sum; while it grows, the stream holds the old and the new. {@code
   * -Dsgconv.cuda.workspace} limits it, but for a kernel made of parameters where cuFFT computes. 0
   * on backends that compute on the host: theirs is counted by {@link
   * org.sgconv.tensor.HostMemory}.
   *
   * @param batch B ≥ 1
   * @throws InvalidArgumentException if there is no such batch, or an output for it would have more
   *     bytes than any memory
   * @throws ClosedException if the convolution is closed
   * @throws org.sgconv.device.DeviceMemoryException if one of these calls needs more than the limit
   * @since 0.1.0
   */
  public long workspaceBytes(long batch) {
    check.batch(batch);
    shared.lock();
    try {
      requireOpen();
      return plan.workspaceBytes(batch);
    } finally {
      shared.unlock();
    }
  }

  /**
   * The way that the backend computes it, where there are several to choose from: {@code fused} or
   * {@code cufft} on cuda.
   */
  public Optional<String> path() {
    return plan.path();
  }

  /** Element type of signals, outputs, gates and their gradients. */
  public DType type() {
    return type;
  }

  /** Element type of kernels, skips and their gradients: FLOAT32 where signals have 16 bits. */
  public DType kernelType() {
    return type.kernelType();
  }

  /**
   * Gives back the plan's memory and that of its spectra, once the calls that use them have
   * returned. If a spectrum cannot be closed, the others are, and the convolution stays open.
   * Closing it again does nothing.
   */
  @Override
  public void close() {
    exclusive.lock();
    try {
      if (closed) {
        return;
      }
      spectra.release();
      closed = true;
      operands.forget();
      plan.close();
    } finally {
      exclusive.unlock();
    }
  }

  /** A new tensor like a signal of arbitrary content, where the convolution computes. */
  Tensor newSignal(long... dims) {
    return provider.uninitialized(type, dims);
  }

  /** A new tensor like a kernel of arbitrary content, where the convolution computes. */
  Tensor newKernel(long... dims) {
    return provider.uninitialized(kernelType(), dims);
  }

  /** Call under the plan's lock. */
  void requireOpen() {
    if (closed) {
      throw new ClosedException(this + " is closed: create a new one");
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "LongConvolution[%s, %s, heads=%d, hidden=%d, length=%d%s, %s]",
        backend.name(),
        mode(),
        heads(),
        hidden(),
        length(),
        kernelLength() == length() ? "" : ", kernelLength=" + kernelLength(),
        type);
  }
}
