package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.load.LoadFailure;

/** A CUDA device. Memory that is freed stays in the device's pool, so that the next is quick. */
public final class CudaDevice {

  private static final int PCI_TEXT = 32;

  private final int ordinal;

  /** Addresses of the handles of open streams, each of which has one {@link CudaStream}. */
  private final Set<Long> handles = ConcurrentHashMap.newKeySet();

  CudaDevice(int ordinal) {
    this.ordinal = ordinal;
  }

  /** The number that CUDA gives it, from 0. */
  public int ordinal() {
    return ordinal;
  }

  /** Compute capability as major · 10 + minor, such as 90. */
  public int capability() {
    return attribute(Cudart.cudaDevAttrComputeCapabilityMajor()) * 10
        + attribute(Cudart.cudaDevAttrComputeCapabilityMinor());
  }

  /** Streaming multiprocessors. */
  public int multiprocessors() {
    return attribute(Cudart.cudaDevAttrMultiProcessorCount());
  }

  /** Place on the PCI bus, such as {@code 0000:01:00.0}. */
  public String pciAddress() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(PCI_TEXT);
      NativeResult.cudart(
          "cudaDeviceGetPCIBusId", Cudart.cudaDeviceGetPCIBusId(text, PCI_TEXT, ordinal));
      return text.getString(0);
    }
  }

  /** Bytes that the device has, in all. */
  public long totalBytes() {
    return memory(true);
  }

  /** Bytes that nobody has allocated. */
  public long freeBytes() {
    return memory(false);
  }

  /**
   * Why it cannot be used, as far as that shows before its first use; empty if nothing does. No
   * context is made.
   */
  Optional<Refusal> refusal(CudaArchitectures compiled) {
    int capability = capability();
    if (!compiled.runOn(capability)) {
      return Optional.of(
          new Refusal(
              CudaArchitectures.tooOld(capability) ? LoadFailure.LEFT_OUT : LoadFailure.UNUSABLE,
              String.format(
                  Locale.ROOT,
                  "compute capability %d.%d, and our CUDA kernels were compiled for %s",
                  capability / 10,
                  capability % 10,
                  compiled.text())));
    }
    if (attribute(Cudart.cudaDevAttrMemoryPoolsSupported()) == 0) {
      return Optional.of(
          new Refusal(
              LoadFailure.UNUSABLE, "it or its driver has no memory pools (cudaMallocAsync)"));
    }
    if (attribute(Cudart.cudaDevAttrComputeMode()) == Cudart.cudaComputeModeProhibited()) {
      return Optional.of(
          new Refusal(
              LoadFailure.LEFT_OUT, "its compute mode is prohibited (nvidia-smi --compute-mode)"));
    }
    return Optional.empty();
  }

  /** Whether it runs our CUDA kernels; otherwise {@link NativeStatusException} says why not. */
  public void requireSupported() {
    select();
    NativeResult.cuda("sgconv_cuda_check_device", SgconvCuda.sgconv_cuda_check_device());
  }

  /** Keeps freed memory in the pool instead of giving it back at every wait. */
  public void keepFreedMemory() {
    select();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pool = arena.allocate(ValueLayout.ADDRESS);
      NativeResult.cudart(
          "cudaDeviceGetDefaultMemPool", Cudart.cudaDeviceGetDefaultMemPool(pool, ordinal));
      MemorySegment threshold = arena.allocateFrom(ValueLayout.JAVA_LONG, Long.MAX_VALUE);
      NativeResult.cudart(
          "cudaMemPoolSetAttribute",
          Cudart.cudaMemPoolSetAttribute(
              pool.get(ValueLayout.ADDRESS, 0),
              Cudart.cudaMemPoolAttrReleaseThreshold(),
              threshold));
    }
  }

  /** A new stream that does not wait for the default stream; the caller closes it. */
  public CudaStream createStream() {
    return createStream(CudaStream.End.CLOSED);
  }

  /**
   * As {@link #createStream}, but never closed: when it is lost, it goes with all the memory, plans
   * and events that it holds. Something must refer to it while it is in use, such as a static
   * field.
   */
  public CudaStream createPermanentStream() {
    return createStream(CudaStream.End.LOST);
  }

  private CudaStream createStream(CudaStream.End end) {
    select();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ValueLayout.ADDRESS);
      NativeResult.cudart(
          "cudaStreamCreateWithFlags",
          Cudart.cudaStreamCreateWithFlags(handle, Cudart.cudaStreamNonBlocking()));
      MemorySegment stream = handle.get(ValueLayout.ADDRESS, 0);
      handles.add(stream.address());
      return new CudaStream(this, stream, end);
    }
  }

  /**
   * A stream on a cudaStream_t that somebody else owns, and destroys after this was closed; NULL is
   * the device's legacy default stream. The caller closes it.
   *
   * @throws IllegalArgumentException if it is not one of this device, is being captured, is
   *     cudaStreamPerThread, or has an open stream already: two would record each other's work
   */
  public CudaStream wrapStream(MemorySegment handle) {
    select();
    MemorySegment stream = CudaForeign.stream(this, handle);
    if (!handles.add(stream.address())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "0x%x has an open stream already: use that, or close it first",
              stream.address()));
    }
    return new CudaStream(this, stream, CudaStream.End.FOREIGN);
  }

  /** The stream on a handle is closed. */
  void forget(MemorySegment stream) {
    handles.remove(stream.address());
  }

  /** New page-locked host memory, for all devices; the caller frees it. */
  public PageLockedMemory allocatePinned(long bytes) {
    select();
    return PageLockedMemory.allocate(bytes);
  }

  /** A new event; the caller closes it. */
  public CudaEvent createEvent(boolean timing) {
    return CudaEvent.create(this, timing);
  }

  /** Makes it the device of this thread's next CUDA calls. */
  void select() {
    NativeResult.cudart("cudaSetDevice", Cudart.cudaSetDevice(ordinal));
  }

  private int attribute(int attribute) {
    return CudaRuntime.read(
        "cudaDeviceGetAttribute",
        value -> Cudart.cudaDeviceGetAttribute(value, attribute, ordinal));
  }

  private long memory(boolean total) {
    select();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(ValueLayout.JAVA_LONG, 2);
      NativeResult.cudart(
          "cudaMemGetInfo", Cudart.cudaMemGetInfo(values, values.asSlice(Long.BYTES, Long.BYTES)));
      return values.getAtIndex(ValueLayout.JAVA_LONG, total ? 1 : 0);
    }
  }

  @Override
  public String toString() {
    return "CUDA device " + ordinal;
  }
}
