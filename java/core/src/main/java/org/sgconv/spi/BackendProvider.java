package org.sgconv.spi;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.sgconv.Backend;
import org.sgconv.BackendFailureException;
import org.sgconv.BackendInfo;
import org.sgconv.BackendUnavailableException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TypeMismatchException;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * What is behind a {@link Backend}: whether it can be used, on what it runs, and what it computes.
 * Providers are found through {@link java.util.ServiceLoader}; {@link Backend#of} makes a backend
 * of one that is not to be found. A provider for devices is one for a single stream of a single
 * device; it has others for other streams.
 *
 * <p>Callers have checked every shape, dtype and liveness before an operation is reached;
 * implementations still guard their own native boundary. Any thread may call.
 *
 * @since 0.1.0
 */
public interface BackendProvider {

  /**
   * The provider of a backend, usable here.
   *
   * @throws BackendUnavailableException if it cannot be used here
   */
  static BackendProvider of(Backend backend) {
    Objects.requireNonNull(backend, "backend").ensureAvailable();
    return backend.provider();
  }

  /** Short unique name: see {@link Backend#name}. */
  String name();

  /** The higher, the more it is preferred: see {@link Backend#rank}. */
  int rank();

  /** Why it cannot be used here, or empty if it can: see {@link Backend#unavailabilityCause}. */
  Optional<Throwable> unavailabilityCause();

  /**
   * Returns normally only if it can be used.
   *
   * @throws BackendUnavailableException with the reason as its cause
   */
  default void ensureAvailable() {
    unavailabilityCause()
        .ifPresent(
            cause -> {
              throw new BackendUnavailableException(name(), cause);
            });
  }

  /**
   * What it runs on.
   *
   * @throws BackendUnavailableException if it is not available
   */
  BackendInfo info();

  /**
   * The provider with so many threads; the same for the same number: see {@link
   * Backend#withThreads}.
   *
   * @throws InvalidArgumentException if it has no threads that could be set, or not so many
   */
  default BackendProvider withThreads(int threads) {
    throw new InvalidArgumentException(
        "backend '" + name() + "' has no number of threads that could be set to " + threads);
  }

  /** Every device that can be used: see {@link Device#all}. None on backends of the host. */
  default List<Device> devices() {
    return List.of();
  }

  /** Where its work goes: see {@link Stream#of}. Empty on backends of the host. */
  default Optional<Stream> stream() {
    return Optional.empty();
  }

  /**
   * Types of signals it takes. In one call all signals, outputs, gates and their gradients have the
   * same type; kernels, skips and their gradients have its {@link DType#kernelType()}. Kernel
   * synthesis is never in a type of 16 bits.
   */
  Set<DType> supportedTypes();

  /**
   * Returns normally only if the backend takes signals of this type.
   *
   * @throws TypeMismatchException otherwise
   */
  default void requireType(DType type) {
    if (!supportedTypes().contains(type)) {
      throw new TypeMismatchException(
          "backend '"
              + name()
              + "' does not take "
              + type
              + ", expected one of "
              + supportedTypes()
              + ": convert with Tensor.to(...) or take another backend");
    }
  }

  /** A new tensor of arbitrary content where this backend computes. */
  default Tensor uninitialized(DType type, long... dims) {
    Stream stream = stream().orElse(null);
    return stream == null
        ? Tensor.uninitialized(type, dims)
        : Tensor.uninitialized(stream, type, dims);
  }

  /**
   * New memory of the device, used and freed in the order of {@link #stream}; the caller frees it.
   * Called on backends that have a stream only.
   *
   * @param purpose what for, for messages
   * @param bytes at least 1
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory, or its budget
   *     is used up
   * @throws org.sgconv.device.StreamClosedException if the stream is closed
   * @throws BackendFailureException if the provider has none
   */
  default DeviceMemory allocate(String purpose, long bytes) {
    throw new BackendFailureException(
        name(), "has no memory of a device: its provider does not implement allocate");
  }

  /**
   * Memory of the device that somebody else owns and frees, used in the order of {@link #stream}
   * until the caller has {@linkplain DeviceMemory#free ended its use}. It does not count against
   * the budget. Called on backends that have a stream only.
   *
   * @param purpose what for, for messages
   * @param memory its address and its bytes, at least 1
   * @throws InvalidArgumentException if it is not memory of the device
   * @throws org.sgconv.device.StreamClosedException if the stream is closed
   */
  default DeviceMemory wrap(String purpose, MemorySegment memory) {
    throw new UnsupportedOperationException("backend '" + name() + "' has no memory of a device");
  }

  /**
   * New page-locked memory of the host with arbitrary content; the caller frees it. It is no memory
   * of the device and does not count against its budget. Called on backends that have a stream
   * only.
   *
   * @param purpose what for, for messages
   * @param bytes at least 1
   * @throws org.sgconv.HostMemoryException if the host has no such memory
   * @throws BackendFailureException if the provider has none
   */
  default PinnedMemory allocatePinned(String purpose, long bytes) {
    throw new BackendFailureException(
        name(), "has no page-locked memory: its provider does not implement allocatePinned");
  }

  /**
   * Returns normally only if the tensor is open and where this backend computes. Changes nothing. A
   * provider with a {@link #stream} overrides this, which asks for the host's memory.
   *
   * @param name what the caller calls the tensor, for the message
   * @throws org.sgconv.TensorClosedException if it is closed
   * @throws WrongDeviceException if it is elsewhere
   */
  default void requireOperand(String name, Tensor tensor) {
    TensorAccess.requireOpen(tensor);
    if (!tensor.isOnHost()) {
      throw new WrongDeviceException(
          name
              + " "
              + tensor
              + " is on "
              + tensor.stream().orElseThrow()
              + ", but backend '"
              + name()
              + "' computes in the host's memory: copy it with toHost(), or moveTo(backend)");
    }
  }

  /**
   * Called before the lock of {@link org.sgconv.kernel.KernelParameters} whose norm is taken, and
   * answered by {@link #endCall} after it. A backend that runs the caller's code under a lock of
   * its own, as recording does, takes that lock here: whoever holds both then took them in one
   * order. Calls nest; this allocates nothing.
   */
  default void beginCall() {
    // Host backends run no code of the caller's.
  }

  /** Ends what {@link #beginCall} began, on the same thread. */
  default void endCall() {
    // As beginCall.
  }

  /** Whether this thread's work is recorded for later, not done. */
  default boolean isRecording() {
    return false;
  }

  /** Kernel synthesis on this backend. */
  KernelOperations kernels();

  /**
   * What layers and models compute beside convolutions.
   *
   * @throws BackendFailureException if the provider has none of it
   */
  default LayerOperations layers() {
    throw new BackendFailureException(
        name(), "has no operations of layers: its provider does not implement layers");
  }

  /** Prepares convolutions of one geometry and type; the caller closes the plan. */
  ConvolutionPlan plan(ConvolutionGeometry geometry, DType type);
}
