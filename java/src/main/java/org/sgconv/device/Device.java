package org.sgconv.device;

/** A device that computes apart from the host and has memory of its own. */
public interface Device {

  /** Its number among the backend's devices, from 0. */
  int ordinal();

  /** What it is, for people. */
  String name();

  /** Bytes that it has, in all. */
  long totalMemory();

  /** Bytes that no process has allocated. */
  long freeMemory();

  /** Most bytes that this process may hold on it at a time. */
  long memoryBudget();

  /** Bytes that this process holds on it now: tensors, spectra and workspaces. */
  long allocatedBytes();

  /** Allocations that this process holds on it now. */
  long allocationCount();

  /**
   * New page-locked memory of the host with arbitrary content; the caller frees it. It is no memory
   * of the device and does not count against its budget. Applications make tensors with {@code
   * Tensor.pinned} instead.
   *
   * @param purpose what for, for messages
   * @param bytes at least 1
   * @throws org.sgconv.HostMemoryException if the host has no such memory
   */
  PinnedMemory allocatePinned(String purpose, long bytes);

  /**
   * A new event; the caller closes it.
   *
   * @throws DeviceLostException if an earlier error has ended all use of the device
   */
  Event createEvent();

  /** The stream that lasts as long as the process; it cannot be closed. */
  Stream defaultStream();

  /**
   * A new stream; the caller closes it.
   *
   * @throws DeviceMemoryException if the device has not the memory
   * @throws DeviceLostException if an earlier error has ended all use of the device
   */
  Stream createStream();
}
