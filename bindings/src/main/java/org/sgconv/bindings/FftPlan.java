package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.bindings.closing.Closer;
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
  private final CallArguments arguments;

  /** Guarded by the stream's lock. */
  private boolean closed;

  private FftPlan(CudaStream stream, long size, long batch, int handle, long workBytes) {
    this.stream = stream;
    this.size = size;
    this.batch = batch;
    this.handle = handle;
    this.workBytes = workBytes;
    this.arguments = new CallArguments(stream);
  }

  /**
   * A plan for {@code batch} rows of {@code size} complex values, one after another.
   *
   * @throws CudaErrorException if cuFFT refuses
   */
  public static FftPlan create(CudaStream stream, long size, long batch) {
    Sizes.requirePositive("size", size);
    Sizes.requirePositive("batch", batch);
    try (NativeHandle.Use use = stream.use();
        Arena arena = Arena.ofConfined();
        Closer undo = Closer.onFailure()) {
      MemorySegment created = arena.allocate(ValueLayout.JAVA_INT);
      NativeResult.cufft("cufftCreate", Cufft.cufftCreate(created));
      int handle = created.get(ValueLayout.JAVA_INT, 0);
      undo.add(() -> destroy(handle));
      NativeResult.cufft("cufftSetAutoAllocation", Cufft.cufftSetAutoAllocation(handle, 0));
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_LONG, size);
      MemorySegment work = arena.allocate(ValueLayout.JAVA_LONG);
      NativeResult.cufft(
          "cufftMakePlanMany64",
          Cufft.cufftMakePlanMany64(
              handle, 1, length, length, 1, size, length, 1, size, Cufft.CUFFT_C2C(), batch, work));
      NativeResult.cufft("cufftSetStream", Cufft.cufftSetStream(handle, use.address()));
      FftPlan plan = new FftPlan(stream, size, batch, handle, work.get(ValueLayout.JAVA_LONG, 0));
      StreamBelongings belongings = stream.belongings();
      if (belongings != null) {
        belongings.addPlan(handle);
      }
      undo.keep();
      return plan;
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
    try (NativeHandle.Use _ = stream.use()) {
      requireOpen();
      CallArguments in = arguments.of("cufftExecC2C");
      MemorySegment values = in.output("rows", rows, batch * size * COMPLEX_BYTES, COMPLEX_BYTES);
      MemorySegment work = in.scratch("workArea", workArea, workBytes, 1);
      NativeResult.cufft("cufftSetWorkArea", Cufft.cufftSetWorkArea(handle, work));
      NativeResult.cufft("cufftExecC2C", Cufft.cufftExecC2C(handle, values, values, direction));
    }
  }

  /**
   * Frees the plan. The caller has waited for the work that uses it. Closing a closed plan does
   * nothing.
   */
  @Override
  public void close() {
    try (NativeHandle.Use _ = stream.use()) {
      if (closed) {
        return;
      }
      closed = true;
      StreamBelongings belongings = stream.belongings();
      if (belongings != null) {
        belongings.removePlan(handle);
      }
      destroy(handle);
    }
  }

  private static void destroy(int handle) {
    NativeResult.cufft("cufftDestroy", Cufft.cufftDestroy(handle));
  }

  private void requireOpen() {
    if (closed) {
      throw new UseAfterCloseException("FftPlan");
    }
  }
}
