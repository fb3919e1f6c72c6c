package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.bindings.cufft.Cufft;

/**
 * Complex float32 transforms of rows, in place, without scaling. The plan allocates no work area:
 * the caller gives one with every call.
 */
public final class FftPlan implements AutoCloseable {

  private static final long COMPLEX_BYTES = 8;

  private final CudaStream stream;
  private final long size;
  private final long batch;
  private final int handle;
  private final long workBytes;

  /** Guarded by the stream's lock. */
  private boolean closed;

  private FftPlan(CudaStream stream, long size, long batch, int handle, long workBytes) {
    this.stream = stream;
    this.size = size;
    this.batch = batch;
    this.handle = handle;
    this.workBytes = workBytes;
  }

  /**
   * A plan for {@code batch} rows of {@code size} complex values, one after another.
   *
   * @throws CudaErrorException if cuFFT refuses
   */
  public static FftPlan create(CudaStream stream, long size, long batch) {
    Sizes.requirePositive("size", size);
    Sizes.requirePositive("batch", batch);
    stream.lock().lock();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment queue = stream.open();
      MemorySegment created = arena.allocate(ValueLayout.JAVA_INT);
      CudaCall.fft("cufftCreate", () -> Cufft.cufftCreate(created));
      int handle = created.get(ValueLayout.JAVA_INT, 0);
      try {
        CudaCall.fft("cufftSetAutoAllocation", () -> Cufft.cufftSetAutoAllocation(handle, 0));
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_LONG, size);
        MemorySegment work = arena.allocate(ValueLayout.JAVA_LONG);
        CudaCall.fft(
            "cufftMakePlanMany64",
            () ->
                Cufft.cufftMakePlanMany64(
                    handle,
                    1,
                    length,
                    length,
                    1,
                    size,
                    length,
                    1,
                    size,
                    Cufft.CUFFT_C2C(),
                    batch,
                    work));
        CudaCall.fft("cufftSetStream", () -> Cufft.cufftSetStream(handle, queue));
        FftPlan plan = new FftPlan(stream, size, batch, handle, work.get(ValueLayout.JAVA_LONG, 0));
        StreamBelongings belongings = stream.belongings();
        if (belongings != null) {
          belongings.addPlan(handle);
        }
        return plan;
      } catch (RuntimeException failure) {
        Cufft.cufftDestroy(handle);
        throw failure;
      }
    } finally {
      stream.lock().unlock();
    }
  }

  /** Bytes of work area that every call needs; may be 0. */
  public long workBytes() {
    return workBytes;
  }

  /** Submits the transform with exp(−2πi·nk/N). */
  public void forward(CudaSpan rows, CudaSpan workArea) {
    execute(rows, workArea, Cufft.CUFFT_FORWARD());
  }

  /** Submits the transform with exp(+2πi·nk/N). */
  public void inverse(CudaSpan rows, CudaSpan workArea) {
    execute(rows, workArea, Cufft.CUFFT_INVERSE());
  }

  private void execute(CudaSpan rows, CudaSpan workArea, int direction) {
    stream.lock().lock();
    try {
      stream.open();
      requireOpen();
      MemorySegment values =
          rows.address(stream, "cufftExecC2C", "rows", batch * size * COMPLEX_BYTES, COMPLEX_BYTES);
      if (workArea.byteSize() < workBytes) {
        throw new InvalidSegmentException(
            "cufftSetWorkArea",
            "workArea",
            "holds " + workArea.byteSize() + " bytes, expected at least " + workBytes);
      }
      MemorySegment work = workArea.address(stream, "cufftSetWorkArea", "workArea");
      CudaCall.fft("cufftSetWorkArea", () -> Cufft.cufftSetWorkArea(handle, work));
      CudaCall.fft("cufftExecC2C", () -> Cufft.cufftExecC2C(handle, values, values, direction));
    } finally {
      stream.lock().unlock();
    }
  }

  /** Frees the plan. The caller has waited for the work that uses it. */
  @Override
  public void close() {
    stream.lock().lock();
    try {
      requireOpen();
      closed = true;
      StreamBelongings belongings = stream.belongings();
      if (belongings != null) {
        belongings.removePlan(handle);
      }
      CudaCall.fft("cufftDestroy", () -> Cufft.cufftDestroy(handle));
    } finally {
      stream.lock().unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new UseAfterCloseException("FftPlan");
    }
  }
}
