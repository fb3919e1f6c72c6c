package org.sgconv.conv;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ComputeBackend;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of signals (B,H,L) with kernels as long as the signal, (C',H,L), to outputs
 * (B,C·H,L) with row c·H + h: heads C, kernel channels C' = C, or 2C when bidirectional (first C
 * forward, then C backward). Which lags count is the {@link ConvolutionMode}'s definition; the
 * linear modes are exact, nothing wraps. Any L ≥ 1 is legal.
 *
 * <p>A kernel is prepared once into a {@link KernelSpectrum}, optionally with a skip D (C,H) that
 * adds D·u, and used for any number of batches. The variants that write into given tensors allocate
 * none; only the first {@code prepare(parameters, …)} makes the norm, if there is none, and on host
 * backends memory for a kernel.
 *
 * <p>Any thread may call. Forward and backward may run side by side as far as the backend lets
 * them; preparing and closing wait for them. Closing also closes the spectra; the order does not
 * matter.
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class LongConvolution implements AutoCloseable {

  private final ComputeBackend backend;
  private final ConvolutionGeometry geometry;
  private final DType type;
  private final ConvolutionPlan plan;
  private final OperandCheck check;
  private final Operands operands;
  private final SpectrumFilling filling;

  /** Held by calls that may run side by side: with {@link #exclusive}, the plan's one lock. */
  private final Lock shared;

  /** Held while anything is made, prepared or closed. */
  private final Lock exclusive;

  private final Spectra spectra = new Spectra();

  /** Guarded by the lock. */
  private boolean closed;

  private LongConvolution(ComputeBackend backend, ConvolutionGeometry geometry, DType type) {
    this.backend = backend;
    this.geometry = geometry;
    this.type = type;
    this.plan = backend.plan(geometry, type);
    this.shared = plan.lock().readLock();
    this.exclusive = plan.lock().writeLock();
    this.check = new OperandCheck(backend, geometry, type);
    this.operands = new Operands(check);
    this.filling = new SpectrumFilling(this, backend, plan, operands);
  }

  /** As the other, in FLOAT32, or in the backend's type if it does not take FLOAT32. */
  public static LongConvolution create(
      Backend backend, ConvolutionMode mode, int heads, int hidden, long length) {
    ComputeBackend compute = ComputeBackend.of(backend);
    Set<DType> types = compute.supportedTypes();
    DType type = types.contains(DType.FLOAT32) ? DType.FLOAT32 : DType.FLOAT64;
    return create(compute, mode, heads, hidden, length, type);
  }

  /**
   * Convolutions of one shape on one backend; close it when done.
   *
   * @param heads C ≥ 1
   * @param hidden H ≥ 1
   * @param length L, from 1 to 2^40
   * @param type of signals, outputs, gates and their gradients; kernels, skips and their gradients
   *     are of its {@link DType#kernelType()}
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws InvalidArgumentException if a size is out of range
   * @throws TypeMismatchException if the backend does not take that type; the message lists those
   *     that it takes
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public static LongConvolution create(
      Backend backend, ConvolutionMode mode, int heads, int hidden, long length, DType type) {
    ComputeBackend compute = ComputeBackend.of(backend);
    compute.requireType(type);
    return new LongConvolution(
        compute, new ConvolutionGeometry(mode, heads, hidden, length, length), type);
  }

  /** As {@link #prepare(Tensor, Tensor)}, without a skip. */
  public KernelSpectrum prepare(Tensor kernel) {
    return prepare(kernel, null);
  }

  /**
   * A new spectrum of this kernel; it keeps no reference to the tensors.
   *
   * @param kernel (C',H,L)
   * @param skip D (C,H), or null for none
   * @throws ShapeMismatchException if a tensor has another shape
   * @throws TypeMismatchException if a tensor is not of its type in this convolution
   * @throws ClosedException if this convolution is closed
   * @throws org.sgconv.TensorClosedException if a tensor is closed
   * @throws org.sgconv.device.WrongDeviceException if a tensor is not where this computes
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public KernelSpectrum prepare(Tensor kernel, @Nullable Tensor skip) {
    check.prepare(kernel, skip);
    return filled(spectrum -> filling.fill(kernel, skip, spectrum));
  }

  /**
   * As {@link #prepare(Tensor, Tensor)}, into a spectrum of this convolution, whose kernel and skip
   * it replaces.
   *
   * @throws InvalidArgumentException if the spectrum is another convolution's, or this is recorded
   *     and the spectrum has a skip where this has none, or none where this has one
   * @throws ClosedException also if the spectrum is closed
   */
  public void prepare(Tensor kernel, @Nullable Tensor skip, KernelSpectrum into) {
    check.prepare(kernel, skip);
    exclusive.lock();
    try {
      openPlan();
      filling.fill(kernel, skip, into);
    } finally {
      exclusive.unlock();
    }
  }

  /** As {@link #prepare(KernelParameters, Tensor)}, without a skip. */
  public KernelSpectrum prepare(KernelParameters parameters) {
    return prepare(parameters, null);
  }

  /**
   * A new spectrum of the kernel that {@link KernelSynthesis#forward} makes of these parameters,
   * which nobody sees: host backends keep memory for one, C'·H·L elements, until the convolution is
   * closed; on the cuda backend it need not even be in the device's memory. Takes the norm first,
   * if there is none yet, and waits for it. The gradient of the kernel in a backward pass goes to
   * {@link KernelSynthesis#backward}.
   *
   * @param parameters for the heads, hidden width and directions of this convolution
   * @param skip D (C,H), or null for none
   * @throws ShapeMismatchException if the parameters are for other heads, another hidden width or
   *     other directions, or a tensor has another shape
   * @throws TypeMismatchException if a tensor is not of {@link #kernelType()}
   * @throws InvalidArgumentException if a norm to be taken is zero, not finite or beyond its limit
   * @throws ClosedException if this convolution is closed, or a norm is to be taken while another
   *     thread closes or moves the parameters
   * @throws org.sgconv.TensorClosedException if the parameters or the skip are closed
   * @throws org.sgconv.device.WrongDeviceException if a tensor is not where this computes
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public KernelSpectrum prepare(KernelParameters parameters, @Nullable Tensor skip) {
    check.synthesize(parameters, skip, null);
    return filled(spectrum -> filling.fill(parameters, skip, null, spectrum));
  }

  /**
   * As {@link #prepare(KernelParameters, Tensor)}, into a spectrum of this convolution.
   *
   * @throws InvalidArgumentException also if the spectrum is another convolution's, or this is
   *     recorded and the spectrum has a skip where this has none, or none where this has one
   * @throws ClosedException also if the spectrum is closed
   */
  public void prepare(KernelParameters parameters, @Nullable Tensor skip, KernelSpectrum into) {
    prepare(parameters, skip, null, into);
  }

  /**
   * As {@link #prepare(KernelParameters, Tensor, KernelSpectrum)}, and overwrites {@code kernel}
   * (C',H,L), if it is not null, with the kernel.
   *
   * @throws InvalidArgumentException also if the kernel overlaps another tensor or is read-only
   */
  public void prepare(
      KernelParameters parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      KernelSpectrum into) {
    check.synthesize(parameters, skip, kernel);
    exclusive.lock();
    try {
      openPlan();
      filling.fill(parameters, skip, kernel, into);
    } finally {
      exclusive.unlock();
    }
  }

  /** A new spectrum that {@code filling} has written to. */
  private KernelSpectrum filled(Consumer<KernelSpectrum> filling) {
    exclusive.lock();
    try {
      return spectra.create(this, openPlan(), filling);
    } finally {
      exclusive.unlock();
    }
  }

  /** As {@link #forward(KernelSpectrum, Tensor, Gates)}, without gates. */
  public Tensor forward(KernelSpectrum spectrum, Tensor u) {
    return forward(spectrum, u, Gates.none());
  }

  /**
   * A new tensor y (B,C·H,L) with {@code post ⊙ conv(pre ⊙ u)}.
   *
   * @param u (B,H,L)
   * @throws ShapeMismatchException if a tensor has another shape
   * @throws TypeMismatchException if a tensor is not of its type in this convolution
   * @throws InvalidArgumentException if the spectrum is another convolution's
   * @throws ClosedException if this convolution or the spectrum is closed
   * @throws org.sgconv.TensorClosedException if a tensor is closed
   * @throws org.sgconv.device.WrongDeviceException if a tensor is not where this computes
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public Tensor forward(KernelSpectrum spectrum, Tensor u, Gates gates) {
    long batch = check.inputs(u, gates);
    Tensor y = signalZeros(batch, geometry.outputRows(), geometry.length());
    try {
      run(spectrum, new ForwardOperands(u, gates.pre(), gates.post(), null, y));
    } catch (RuntimeException failure) {
      y.close();
      throw failure;
    }
    return y;
  }

  /**
   * Overwrites y (B,C·H,L) with {@code post ⊙ conv(pre ⊙ u)}.
   *
   * @param u (B,H,L)
   * @throws ShapeMismatchException if a tensor has another shape
   * @throws TypeMismatchException if a tensor is not of its type in this convolution
   * @throws InvalidArgumentException if y overlaps an input or is read-only, or the spectrum is
   *     another convolution's
   * @throws ClosedException if this convolution or the spectrum is closed
   * @throws org.sgconv.TensorClosedException if a tensor is closed
   * @throws org.sgconv.device.WrongDeviceException if a tensor is not where this computes
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public void forward(KernelSpectrum spectrum, Tensor u, Gates gates, Tensor y) {
    run(spectrum, operands.forward(u, gates, y));
  }

  private void run(KernelSpectrum spectrum, ForwardOperands call) {
    shared.lock();
    try {
      openPlan().forward(spectrum.ready(this), call);
    } finally {
      shared.unlock();
    }
  }

  /** As {@link #backward(KernelSpectrum, Tensor, Gates, Tensor)}, without gates. */
  public Gradients backward(KernelSpectrum spectrum, Tensor u, Tensor dy) {
    return backward(spectrum, u, Gates.none(), dy);
  }

  /**
   * New tensors with every gradient of a forward call: of u, the kernel, the skip if the spectrum
   * has one, and the gates that are given.
   *
   * @param u (B,H,L), as in the forward call
   * @param gates as in the forward call
   * @param dy gradient of the output, (B,C·H,L)
   * @throws ShapeMismatchException if a tensor has another shape
   * @throws TypeMismatchException if a tensor is not of its type in this convolution
   * @throws InvalidArgumentException if the spectrum is another convolution's
   * @throws ClosedException if this convolution or the spectrum is closed
   * @throws org.sgconv.TensorClosedException if a tensor is closed
   * @throws org.sgconv.device.WrongDeviceException if a tensor is not where this computes
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public Gradients backward(KernelSpectrum spectrum, Tensor u, Gates gates, Tensor dy) {
    long batch = check.inputs(u, gates);
    check.gradientOfOutput(dy, batch);
    Gradients gradients = Gradients.allocate(this, spectrum, batch, gates);
    try {
      run(
          spectrum,
          new BackwardOperands(u, gates.pre(), gates.post(), null, dy, gradients.targets()));
    } catch (RuntimeException failure) {
      gradients.close();
      throw failure;
    }
    return gradients;
  }

  /**
   * Overwrites the tensors of {@code into} with the gradients of a forward call. Deterministic: the
   * same inputs give the same bits on a given backend and device.
   *
   * @param u (B,H,L), as in the forward call
   * @param gates as in the forward call
   * @param dy gradient of the output, (B,C·H,L)
   * @throws ShapeMismatchException if a tensor has another shape
   * @throws TypeMismatchException if a tensor is not of its type in this convolution
   * @throws InvalidArgumentException if an output overlaps another tensor or is read-only, a
   *     gradient is asked for that the call does not have, or the spectrum is another convolution's
   * @throws ClosedException if this convolution or the spectrum is closed
   * @throws org.sgconv.TensorClosedException if a tensor is closed
   * @throws org.sgconv.device.WrongDeviceException if a tensor is not where this computes
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   * @throws org.sgconv.device.DeviceLostException if an error ended all use of the device
   */
  public void backward(KernelSpectrum spectrum, Tensor u, Gates gates, Tensor dy, Gradients into) {
    run(spectrum, operands.backward(u, gates, dy, into.targets()));
  }

  private void run(KernelSpectrum spectrum, BackwardOperands call) {
    shared.lock();
    try {
      ConvolutionPlan open = openPlan();
      PlanSpectrum ready = spectrum.ready(this);
      if (call.targets().skip() != null && !spectrum.hasSkip()) {
        throw new InvalidArgumentException(
            "the gradient of the skip is asked for, but the spectrum was prepared without one:"
                + " prepare the kernel with a skip or ask for no such gradient");
      }
      open.backward(ready, call);
    } finally {
      shared.unlock();
    }
  }

  /** Where it runs. */
  public Backend backend() {
    return backend;
  }

  /** Which lags count. */
  public ConvolutionMode mode() {
    return geometry.mode();
  }

  /** C. */
  public int heads() {
    return geometry.heads();
  }

  /** H. */
  public int hidden() {
    return geometry.hidden();
  }

  /** C': kernel channels, C or 2C when bidirectional. */
  public int channels() {
    return geometry.channels();
  }

  /** L, in samples. */
  public long length() {
    return geometry.length();
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
   *
   * @throws ClosedException if it was closed before
   */
  @Override
  public void close() {
    exclusive.lock();
    try {
      openPlan();
      spectra.release();
      closed = true;
      operands.forget();
      plan.close();
    } finally {
      exclusive.unlock();
    }
  }

  /** A new tensor like a signal, where the convolution computes. */
  Tensor signalZeros(long... dims) {
    return backend.zeros(type, dims);
  }

  /** A new tensor like a kernel, where the convolution computes. */
  Tensor kernelZeros(long... dims) {
    return backend.zeros(kernelType(), dims);
  }

  /** Closes one spectrum on behalf of {@link KernelSpectrum#close()}. */
  void close(KernelSpectrum spectrum) {
    exclusive.lock();
    try {
      spectrum.closeOnce();
      spectra.remove(spectrum);
    } finally {
      exclusive.unlock();
    }
  }

  private ConvolutionPlan openPlan() {
    if (closed) {
      throw new ClosedException(this + " is closed: create a new one");
    }
    return plan;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "LongConvolution[%s, %s, heads=%d, hidden=%d, length=%d, %s]",
        backend.name(),
        mode(),
        heads(),
        hidden(),
        length(),
        type);
  }
}
