package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.fftw.global.fftw3;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.sgconv.tensor.DType;

/** FFTW through bytedeco, single precision, planned with FFTW_MEASURE; threads share the plans. */
final class FftwTransform implements RowTransform {

  private final int size;
  private final List<FloatPointer> buffers = new ArrayList<>();
  private final fftw3.fftwf_plan forward;
  private final fftw3.fftwf_plan inverse;

  FftwTransform(int size) {
    Loader.load(fftw3.class);
    this.size = size;
    FloatPointer buffer = newBuffer();
    this.forward = fftw3.fftwf_plan_dft_r2c_1d(size, buffer, buffer, fftw3.FFTW_MEASURE);
    this.inverse = fftw3.fftwf_plan_dft_c2r_1d(size, buffer, buffer, fftw3.FFTW_MEASURE);
    if (forward == null || inverse == null) {
      throw new IllegalStateException("FFTW could not plan a real transform of " + size);
    }
  }

  private FloatPointer newBuffer() {
    FloatPointer buffer = fftw3.fftwf_alloc_real(size + 2L);
    if (buffer == null) {
      throw new OutOfMemoryError("FFTW could not allocate " + (size + 2L) + " floats");
    }
    buffers.add(buffer);
    return buffer;
  }

  @Override
  public TransformRow newRow() {
    FloatPointer buffer = newBuffer();
    MemorySegment values =
        MemorySegment.ofAddress(buffer.address()).reinterpret((size + 2L) * Float.BYTES);
    return new Row(forward, inverse, buffer, values);
  }

  @Override
  public DType type() {
    return DType.FLOAT32;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void close() {
    fftw3.fftwf_destroy_plan(forward);
    fftw3.fftwf_destroy_plan(inverse);
    buffers.forEach(fftw3::fftwf_free);
  }

  private record Row(
      fftw3.fftwf_plan forwardPlan,
      fftw3.fftwf_plan inversePlan,
      FloatPointer buffer,
      MemorySegment values)
      implements TransformRow {

    @Override
    public void forward() {
      fftw3.fftwf_execute_dft_r2c(forwardPlan, buffer, buffer);
    }

    @Override
    public void inverse() {
      fftw3.fftwf_execute_dft_c2r(inversePlan, buffer, buffer);
    }
  }
}
