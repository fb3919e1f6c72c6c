package org.sgconv.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sgconv.Backend;
import org.sgconv.spi.BackendProvider;

/**
 * A device that computes apart from the host and has memory of its own.
 *
 * @since 0.1.0
 */
public interface Device {

  /**
   * Every device that a backend can use, in the order of their ordinals; {@code
   * backend.info().leftOut()} has the others. None is used to find out: one that is full, or that
   * another process has to itself, says so at its first use. None for backends that compute on the
   * host.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   */
  static List<Device> all(Backend backend) {
    return BackendProvider.of(backend).devices();
  }

  /**
   * The number that its driver gives it, from 0. Numbers of devices that cannot be used are missing
   * from {@link #all}: there it may differ from the place in the list.
   */
  int ordinal();

  /** What it is, for people. */
  String name();

  /**
   * Bytes that it has, in all.
   *
   * @throws org.sgconv.SgConvException if the device cannot be used now
   */
  long totalMemory();

  /**
   * Bytes that no process has allocated.
   *
   * @throws org.sgconv.SgConvException if the device cannot be used now
   */
  long freeMemory();

  /**
   * Most bytes that this process may hold on it at a time.
   *
   * @throws org.sgconv.SgConvException if the device cannot be used now, or the setting is wrong
   */
  long memoryBudget();

  /** Bytes that this process holds on it now: tensors, spectra and workspaces. */
  long allocatedBytes();

  /** Allocations that this process holds on it now. */
  long allocationCount();

  /**
   * A new event; the caller closes it.
   *
   * @throws DeviceLostException if an earlier error has ended all use of the device
   */
  Event createEvent();

  /**
   * The stream that lasts as long as the process; it cannot be closed.
   *
   * @throws org.sgconv.SgConvException if the device cannot be used now, for one because another
   *     process has it to itself
   */
  Stream defaultStream();

  /**
   * A new stream; the caller closes it.
   *
   * @throws DeviceMemoryException if the device has not the memory
   * @throws DeviceLostException if an earlier error has ended all use of the device
   */
  Stream createStream();

  /**
   * A stream on another library's cudaStream_t, so that its work and ours are done in the order in
   * which they are submitted: neither waits for the host or copies through it. The caller closes
   * it, which waits for the work and gives back what the stream holds; the cudaStream_t stays its
   * owner's, who must not destroy it before. A cudaStream_t has one open stream at a time, and none
   * while its owner captures it.
   *
   * <p>NULL is the legacy default stream of the device, which everything else that joins it waits
   * for; CUDA cannot record its work. cudaStreamPerThread is another stream in every thread, where
   * ours are for any thread, and is refused.
   *
   * @param cudaStream its address
   * @throws org.sgconv.InvalidArgumentException if CUDA finds that it is not a stream of this
   *     device, it is being captured, or it has an open stream. Of an address that never was a
   *     stream, or is none any more, CUDA need not notice that.
   * @throws DeviceLostException if an earlier error has ended all use of the device
   */
  Stream wrapStream(MemorySegment cudaStream);
}
