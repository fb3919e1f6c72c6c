package org.sgconv.internal.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.CudaDevice;
import org.sgconv.bindings.CudaEvent;
import org.sgconv.bindings.CudaStream;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.device.Stream;
import org.sgconv.setting.SizeProperty;

/** A device of the CUDA runtime. */
final class GpuDevice implements Device {

  /** Most bytes that this process holds on one device. */
  private static final String MEMORY = "sgconv.cuda.memory";

  private final CudaBackend home;
  private final CudaDevice device;
  private final String name;
  private final AtomicLong allocatedBytes = new AtomicLong();
  private final AtomicLong allocations = new AtomicLong();

  /** Asked for at the first use; 0 until then. */
  private volatile long totalMemory;

  /** Set at the first use; 0 until then. */
  private volatile long budget;

  private @Nullable GpuStream defaultStream;

  /** Describes the device, and does not use it: that would take memory of it and time. */
  GpuDevice(CudaBackend home, CudaDevice device) {
    this.home = home;
    this.device = device;
    int capability = device.capability();
    this.name =
        String.format(
            Locale.ROOT,
            "CUDA device %d (compute capability %d.%d, %d multiprocessors, PCI %s)",
            device.ordinal(),
            capability / 10,
            capability % 10,
            device.multiprocessors(),
            device.pciAddress());
  }

  @Override
  public int ordinal() {
    return device.ordinal();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long totalMemory() {
    long bytes = totalMemory;
    if (bytes == 0) {
      try {
        bytes = device.totalBytes();
      } catch (RuntimeException e) {
        throw CudaFailures.translate("memory of " + this, e);
      }
      totalMemory = bytes;
    }
    return bytes;
  }

  @Override
  public long freeMemory() {
    try {
      return device.freeBytes();
    } catch (RuntimeException e) {
      throw CudaFailures.translate("free memory of " + this, e);
    }
  }

  @Override
  public long memoryBudget() {
    long bytes = budget;
    if (bytes == 0) {
      bytes =
          SizeProperty.parse(
              MEMORY,
              System.getProperty(MEMORY),
              "bytes",
              totalMemory(),
              "all memory of the device");
      budget = bytes;
    }
    return bytes;
  }

  @Override
  public long allocatedBytes() {
    return allocatedBytes.get();
  }

  @Override
  public long allocationCount() {
    return allocations.get();
  }

  GpuPinnedMemory allocatePinned(String purpose, long bytes) {
    try {
      return new GpuPinnedMemory(device.allocatePinned(bytes));
    } catch (RuntimeException e) {
      throw CudaFailures.translate(purpose, e);
    }
  }

  @Override
  public GpuEvent createEvent() {
    return new GpuEvent(this, createEvent(true));
  }

  /** An event of the bindings, for the backend's own use. */
  CudaEvent createEvent(boolean timing) {
    try {
      return device.createEvent(timing);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("an event of " + this, e);
    }
  }

  @Override
  public synchronized GpuStream defaultStream() {
    GpuStream stream = defaultStream;
    if (stream == null) {
      stream = open("default stream", device::createPermanentStream, true);
      defaultStream = stream;
    }
    return stream;
  }

  @Override
  public Stream createStream() {
    return open("a stream", device::createStream, false);
  }

  @Override
  public Stream wrapStream(MemorySegment cudaStream) {
    if (!cudaStream.isNative()) {
      throw new InvalidArgumentException(
          "cudaStream is memory of the Java heap, expected the cudaStream_t as an address:"
              + " MemorySegment.ofAddress(handle)");
    }
    return open("a foreign stream", () -> device.wrapStream(cudaStream), false);
  }

  private GpuStream open(String purpose, Supplier<CudaStream> maker, boolean permanent) {
    try {
      device.requireSupported();
      device.keepFreedMemory();
      memoryBudget(); // what is wrong with the setting is said before anything is allocated
      return new GpuStream(home, this, maker.get(), permanent);
    } catch (RuntimeException e) {
      throw CudaFailures.translate(purpose + " of " + this, e);
    }
  }

  /**
   * Counts bytes as taken.
   *
   * @throws DeviceMemoryException if the budget does not allow for them
   */
  void reserve(String purpose, long bytes) {
    long most = memoryBudget();
    long before = allocatedBytes.getAndUpdate(held -> bytes > most - held ? held : held + bytes);
    if (bytes > most - before) {
      throw new DeviceMemoryException(
          String.format(
              Locale.ROOT,
              "no device memory for %s: %d bytes; this process holds %d of the budget of %d on %s"
                  + " (-D%s): close tensors that are no longer needed or work on smaller batches",
              purpose,
              bytes,
              before,
              most,
              this,
              MEMORY));
    }
    allocations.incrementAndGet();
  }

  void release(long bytes) {
    allocatedBytes.addAndGet(-bytes);
    allocations.decrementAndGet();
  }

  @Override
  public String toString() {
    return "cuda:" + ordinal();
  }
}
