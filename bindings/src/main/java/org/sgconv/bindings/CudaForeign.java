package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.cudart.cudaPointerAttributes;

/**
 * Checks of what somebody else owns, as far as CUDA can tell. A number that never was a stream, or
 * is none any more, it need not notice.
 */
final class CudaForeign {

  /**
   * CUDA's explicit names of the two default streams (driver_types.h), which are macros that
   * jextract cannot bind. NULL, which means the first of them here, is our word for "closed".
   */
  private static final long LEGACY = 1;

  private static final long PER_THREAD = 2;

  private CudaForeign() {}

  /**
   * The handle to use for a stream of a device, which is selected.
   *
   * @throws IllegalArgumentException if it is of another device, is being recorded by its owner, or
   *     is the stream that every thread has of its own: our streams are for any thread
   */
  static MemorySegment stream(CudaDevice device, MemorySegment handle) {
    long address = handle.address();
    if (address == PER_THREAD) {
      throw new IllegalArgumentException(
          "cudaStreamPerThread is another stream in every thread: create a stream and wrap that");
    }
    MemorySegment stream = MemorySegment.ofAddress(address == 0 ? LEGACY : address);
    try (CudaEvent probe = device.createEvent(false)) {
      requireNoCapture(stream);
      probe.record(stream); // "will fail if event and stream are associated to different devices"
    } catch (CudaErrorException e) {
      throw e.isInvalidHandle()
          ? new IllegalArgumentException(
              String.format(Locale.ROOT, "0x%x is no stream of %s", address, device), e)
          : e;
    }
    return stream;
  }

  private static void requireNoCapture(MemorySegment stream) {
    int status =
        CudaRuntime.read(
            "cudaStreamIsCapturing", value -> Cudart.cudaStreamIsCapturing(stream, value));
    if (status != Cudart.cudaStreamCaptureStatusNone()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "stream 0x%x is being captured: wrap it before or after",
              stream.address()));
    }
  }

  /**
   * Returns normally only if a stream's work can be recorded.
   *
   * @throws IllegalArgumentException otherwise
   */
  static void requireRecordable(MemorySegment stream) {
    if (stream.address() == LEGACY) {
      throw new IllegalArgumentException(
          "CUDA records no work of the legacy default stream: record it on another stream");
    }
  }

  /**
   * Returns normally only if an address is in memory of a device, which is selected.
   *
   * @throws IllegalArgumentException otherwise
   */
  static void requireMemory(CudaDevice device, long address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = cudaPointerAttributes.allocate(arena);
      NativeResult.cudart(
          "cudaPointerGetAttributes",
          Cudart.cudaPointerGetAttributes(found, MemorySegment.ofAddress(address)));
      int type = cudaPointerAttributes.type(found);
      int owner = cudaPointerAttributes.device(found);
      if (type != Cudart.cudaMemoryTypeDevice() || owner != device.ordinal()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "address 0x%x is %s, expected memory of %s",
                address,
                name(type, owner),
                device));
      }
    }
  }

  private static String name(int type, int owner) {
    if (type == Cudart.cudaMemoryTypeDevice()) {
      return "memory of CUDA device " + owner;
    }
    if (type == Cudart.cudaMemoryTypeHost()) {
      return "page-locked memory of the host";
    }
    return type == Cudart.cudaMemoryTypeManaged()
        ? "managed memory"
        : "memory of the host, or of no allocation";
  }
}
