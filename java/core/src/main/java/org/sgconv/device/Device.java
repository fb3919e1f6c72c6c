package org.sgconv.device;

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
}
