package org.sgconv.signal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.sgconv.Backend;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.io.AtomicFile;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Convolution of signals of any length n with kernels of any length K: {@code (x ∗ k)[t] = Σ_j
 * k[j]·x[t − j]}, of which an {@link Extent} says which samples are wanted. Nothing wraps around.
 *
 * <p>Once:
 *
 * {@snippet :
 * float[] wet = Convolver.convolve(signal, impulseResponse, Extent.FULL);
 * }
 *
 * <p>The same kernel for many signals, whatever their lengths; the kernel is transformed once for
 * each length of blocks:
 *
 * {@snippet :
 * try (Convolver hall = Convolver.of(Backends.cpu(), impulseResponse)) {
 *   for (float[] signal : signals) {
 *     use(hall.apply(signal, Extent.SAME));
 *   }
 * }
 * }
 *
 * <p>A file that does not fit in memory:
 *
 * {@snippet :
 * hall.apply(Path.of("signal.f32"), Path.of("wet.f32"), Extent.FULL, ProgressListener.NONE);
 * }
 *
 * <p>Long signals are computed block by block, so that beside signal and result there is memory for
 * the kernel and a block of about two million samples, whatever n is. Few products are summed one
 * by one, without a plan.
 *
 * <p>Accuracy: float[] and FLOAT32 are computed in float32, double[] and FLOAT64 in float64, to the
 * bound that {@link org.sgconv.oracle.ErrorBound} states: relative to ‖x‖·‖k‖, and not to a result
 * that is much smaller than that. A single sample is right to what its block of the transform
 * carries: around a short burst that the kernel stops, that may be more than the bound of an
 * element, which spreads the burst over the whole signal. Where products leave the range of the
 * type, results are infinite, not a number or zero: scale signals of extreme amplitudes, or take
 * double.
 *
 * <p>Arrays are checked: an empty one, or one with a NaN or an infinity, is an {@link
 * org.sgconv.InvalidArgumentException} that names the index, before anything is computed. Kernels
 * are checked whatever they are given as. The elements of signals in tensors are not, neither in
 * the host's memory nor on a device: a NaN there makes elements of its own row's result NaN, and of
 * no other row.
 *
 * <p>Of a backend for devices: tensors on its stream stay there, and so do results; arrays, samples
 * of a {@link SampleSource} and tensors of the host are copied there block by block. Such a backend
 * takes float64 only if {@link org.sgconv.conv.LongConvolution#supportedTypes} says so; the cuda
 * backend does not.
 *
 * <p>Any number of threads may call {@code apply}. {@link #close} waits for the calls of other
 * threads. Calls throw {@link org.sgconv.ClosedException} after that, {@link
 * org.sgconv.HostMemoryException} or {@link org.sgconv.device.DeviceMemoryException} if there is no
 * memory for a plan or a block, before anything is computed, and {@link TypeMismatchException} if
 * samples are not of {@link #type()}.
 *
 * @since 0.1.0
 */
public final class Convolver implements AutoCloseable {

  private static final String NAME = "the convolver";

  private final FixedKernels kernels;

  /** Whether there is a kernel for each row, rather than one for all. */
  private final boolean oneEach;

  private Convolver(Object name, Backend backend, Tensor kernels, boolean oneEach) {
    this.kernels = new FixedKernels(name, backend, kernels);
    this.oneEach = oneEach;
  }

  /**
   * A stretch of the convolution of two arrays, in float32, on the backend that {@link
   * org.sgconv.Backends#PROPERTY} names; without it on the best that computes in the host's memory.
   *
   * @param signal n ≥ 1 samples
   * @param kernel K ≥ 1 samples; may be longer than the signal
   * @throws org.sgconv.InvalidArgumentException if one is empty or holds a value that is not
   *     finite, or the result is too long for an array
   */
  public static float[] convolve(float[] signal, float[] kernel, Extent extent) {
    Samples.require("signal", signal);
    Samples.require("kernel", kernel);
    Stretch stretch = Stretch.of(extent, signal.length, kernel.length);
    if (DirectSums.payOnce(stretch)) {
      return DirectSums.convolve(signal, kernel, stretch, 1, 1);
    }
    // The product does not care which of the two is called the kernel, but its cost does.
    boolean swap = kernel.length > signal.length;
    float[] result = Samples.newFloats(stretch);
    try (Convolver shorter = ofChecked(HostBackend.taking(DType.FLOAT32), swap ? signal : kernel)) {
      shorter.run(
          swap ? stretch.swapped() : stretch,
          MemorySegment.ofArray(swap ? kernel : signal),
          MemorySegment.ofArray(result));
    }
    return result;
  }

  /** As {@link #convolve(float[], float[], Extent)}, in float64. */
  public static double[] convolve(double[] signal, double[] kernel, Extent extent) {
    Samples.require("signal", signal);
    Samples.require("kernel", kernel);
    Stretch stretch = Stretch.of(extent, signal.length, kernel.length);
    if (DirectSums.payOnce(stretch)) {
      return DirectSums.convolve(signal, kernel, stretch, 1, 1);
    }
    boolean swap = kernel.length > signal.length;
    double[] result = Samples.newDoubles(stretch);
    try (Convolver shorter = ofChecked(HostBackend.taking(DType.FLOAT64), swap ? signal : kernel)) {
      shorter.run(
          swap ? stretch.swapped() : stretch,
          MemorySegment.ofArray(swap ? kernel : signal),
          MemorySegment.ofArray(result));
    }
    return result;
  }

  /**
   * Convolutions with a kernel in float32. The kernel is copied.
   *
   * @param kernel K ≥ 1 samples
   * @throws org.sgconv.InvalidArgumentException if it is empty or holds a value that is not finite
   * @throws TypeMismatchException if the backend does not take FLOAT32
   * @throws org.sgconv.HostMemoryException or {@link org.sgconv.device.DeviceMemoryException} if
   *     there is no memory for it
   */
  public static Convolver of(Backend backend, float[] kernel) {
    Samples.require("kernel", kernel);
    return ofChecked(backend, kernel);
  }

  private static Convolver ofChecked(Backend backend, float[] kernel) {
    return named(NAME, backend, kernel);
  }

  /**
   * As {@link #of(Backend, float[])}, of a checked kernel.
   *
   * @param name what it is called in messages
   */
  static Convolver named(Object name, Backend backend, float[] kernel) {
    return new Convolver(name, backend, Tensor.of(backend, kernel, 1, 1, kernel.length), false);
  }

  /** As {@link #of(Backend, float[])}, in float64. */
  public static Convolver of(Backend backend, double[] kernel) {
    Samples.require("kernel", kernel);
    return ofChecked(backend, kernel);
  }

  private static Convolver ofChecked(Backend backend, double[] kernel) {
    return new Convolver(NAME, backend, Tensor.of(backend, kernel, 1, 1, kernel.length), false);
  }

  /**
   * Convolutions with one kernel, for all rows of a signal, or with one for each row. The tensor is
   * copied and stays the caller's.
   *
   * @param kernels (K), for signals (n) and (rows,n), or (R,K), for signals (R,n); FLOAT32 or
   *     FLOAT64, in any memory
   * @throws ShapeMismatchException if it has another number of axes
   * @throws org.sgconv.InvalidArgumentException if it holds a value that is not finite
   * @throws TypeMismatchException if the backend does not take such signals with such kernels
   */
  public static Convolver of(Backend backend, Tensor kernels) {
    int rank = kernels.shape().rank();
    if (rank > 2) {
      throw new ShapeMismatchException(
          "kernels have shape " + kernels.shape() + ", expected (K), or (R, K) for R rows");
    }
    Samples.requireType("kernels", kernels);
    TensorCheck.finite("kernels", kernels);
    long rows = rank == 2 ? kernels.dim(0) : 1;
    try (Tensor view = kernels.reshape(1, rows, kernels.dim(rank - 1))) {
      return new Convolver(NAME, backend, view.copyTo(backend), rank == 2);
    }
  }

  /**
   * A stretch of the convolution of a signal.
   *
   * @param signal n ≥ 1 samples
   * @return as many samples as the extent says
   * @throws org.sgconv.InvalidArgumentException if the signal is empty or holds a value that is not
   *     finite, or the result is too long for an array
   * @throws ShapeMismatchException if there is a kernel for each of several rows
   */
  public float[] apply(float[] signal, Extent extent) {
    Stretch stretch = stretch(signal, extent);
    float[] result = Samples.newFloats(stretch);
    run(stretch, MemorySegment.ofArray(signal), MemorySegment.ofArray(result));
    return result;
  }

  /**
   * As {@link #apply(float[], Extent)}, into an array of the result's length, which may be the
   * signal itself.
   *
   * @throws ShapeMismatchException if {@code into} has another length
   */
  public void apply(float[] signal, Extent extent, float[] into) {
    Stretch stretch = stretch(signal, extent);
    Samples.requireLength(into.length, stretch);
    run(stretch, MemorySegment.ofArray(signal), MemorySegment.ofArray(into));
  }

  /** As {@link #apply(float[], Extent)}, of a convolver of doubles. */
  public double[] apply(double[] signal, Extent extent) {
    Stretch stretch = stretch(signal, extent);
    double[] result = Samples.newDoubles(stretch);
    run(stretch, MemorySegment.ofArray(signal), MemorySegment.ofArray(result));
    return result;
  }

  /**
   * As {@link #apply(double[], Extent)}, into an array of the result's length, which may be the
   * signal itself.
   *
   * @throws ShapeMismatchException if {@code into} has another length
   */
  public void apply(double[] signal, Extent extent, double[] into) {
    Stretch stretch = stretch(signal, extent);
    Samples.requireLength(into.length, stretch);
    run(stretch, MemorySegment.ofArray(signal), MemorySegment.ofArray(into));
  }

  private Stretch stretch(float[] signal, Extent extent) {
    requireArrays(DType.FLOAT32, "float[]");
    Samples.require("signal", signal, kernels.sharing());
    return Stretch.of(extent, signal.length, kernels.lags());
  }

  private Stretch stretch(double[] signal, Extent extent) {
    requireArrays(DType.FLOAT64, "double[]");
    Samples.require("signal", signal, kernels.sharing());
    return Stretch.of(extent, signal.length, kernels.lags());
  }

  private void requireArrays(DType wanted, String array) {
    if (type() != wanted) {
      throw new TypeMismatchException(
          "the convolver computes in " + type() + ", which a " + array + " is not");
    }
    if (oneEach && kernels.hidden() > 1) {
      throw new ShapeMismatchException(
          "the convolver has a kernel for each of "
              + kernels.hidden()
              + " rows, an array is one row: give it a tensor of so many rows");
    }
  }

  /** As {@link FixedKernels#use}, for whoever calls this several times before it is closed. */
  FixedKernels.Use use() {
    return kernels.use();
  }

  private void run(Stretch stretch, MemorySegment from, MemorySegment to) {
    long bytes = type().byteSize();
    Sharing sharing = kernels.sharing();
    kernels.<RuntimeException>convolve(
        stretch,
        1,
        false,
        (row, at, block) ->
            sharing.copy(from, at * bytes, block.memory(), block.offset(), block.bytes()),
        (row, at, block) ->
            sharing.copy(block.memory(), block.offset(), to, at * bytes, block.bytes()),
        ProgressListener.NONE);
  }

  /**
   * A stretch of the convolution of each row, in a new tensor, where the signals are: on the stream
   * of a backend for devices, without a copy through the host and not waited for; or in the host's
   * memory, from where such a backend copies each block there and back.
   *
   * @param signals (n) or (rows,n); with a kernel for each row as many rows as kernels
   * @return (count) or (rows,count), with as many samples as the extent says
   * @throws ShapeMismatchException if there are not as many rows as kernels, or more than two axes
   * @throws org.sgconv.device.WrongDeviceException if the signals are neither in the host's memory
   *     nor where the backend computes
   */
  public Tensor apply(Tensor signals, Extent extent) {
    Stretch stretch = stretch(signals, extent);
    long count = stretch.count();
    try (Closer made = Closer.onFailure()) {
      Tensor result =
          made.add(
              signals.shape().rank() == 1
                  ? kernels.newResult(signals, count)
                  : kernels.newResult(signals, signals.dim(0), count));
      kernels.convolve(stretch, signals, result);
      made.keep();
      return result;
    }
  }

  /**
   * As {@link #apply(Tensor, Extent)}, into a tensor of the result's shape, which is where the
   * signals are and shares no memory with them.
   */
  public void apply(Tensor signals, Extent extent, Tensor into) {
    Stretch stretch = stretch(signals, extent);
    TensorCheck.type("into", into, type());
    if (signals.shape().rank() == 1) {
      TensorCheck.shape("into", into, new long[] {stretch.count()});
    } else {
      TensorCheck.shape("into", into, signals.dim(0), stretch.count());
    }
    TensorCheck.writable("into", into);
    kernels.requirePlace(into, signals);
    TensorCheck.disjoint("into", into, "signals", signals);
    kernels.convolve(stretch, signals, into);
  }

  private Stretch stretch(Tensor signals, Extent extent) {
    TensorCheck.type("signals", signals, type());
    int rank = signals.shape().rank();
    if (rank > 2 || (oneEach && (rank != 2 || signals.dim(0) != kernels.hidden()))) {
      throw new ShapeMismatchException(
          "signals have shape "
              + signals.shape()
              + ", expected "
              + (oneEach
                  ? "(" + kernels.hidden() + ", n), a row for each kernel"
                  : "(n) or (rows, n)"));
    }
    kernels.requirePlace(signals);
    return Stretch.of(extent, signals.dim(rank - 1), kernels.lags());
  }

  /**
   * A stretch of the convolution of a signal that need not fit in memory, block by block: the same
   * samples, to the bit, as of a tensor of all. Beside kernel and plan there is memory for one
   * block of about two million samples, or eight times the kernel, of all rows together.
   *
   * <p>Samples are checked as they are read. If anything fails, the sink has a part of the result:
   * {@link #apply(Path, Path, Extent, ProgressListener)} leaves none behind.
   *
   * @param source of {@link #type()}; with a kernel for each row as many rows as kernels
   * @param sink takes as many rows, of {@link #length(long, Extent)} samples
   * @throws org.sgconv.InvalidArgumentException if a sample is not finite; the message has its
   *     index; or if the sink's memory begins within the source's
   * @throws IOException of the source or the sink
   */
  public void apply(SampleSource source, SampleSink sink, Extent extent, ProgressListener progress)
      throws IOException {
    stream(kernels, stretch(source, sink, extent), source, sink, progress);
  }

  /** Convolves samples, which are checked as they are read. */
  static void stream(
      FixedKernels kernels,
      Stretch stretch,
      SampleSource source,
      SampleSink sink,
      ProgressListener progress)
      throws IOException {
    int rows = source.rows();
    DType type = kernels.type();
    kernels.<IOException>convolve(
        stretch,
        rows,
        true,
        (row, from, block) -> {
          List<MemorySegment> pieces = block.segments();
          source.read(from, pieces);
          for (int r = 0; r < rows; r++) {
            Samples.requireFinite(pieces.get(r), type, rows == 1 ? "" : " of row " + r, from);
          }
        },
        (row, to, block) -> sink.write(to, block.segments()),
        progress);
  }

  private Stretch stretch(SampleSource source, SampleSink sink, Extent extent) {
    if (source.type() != type()) {
      throw new TypeMismatchException(
          "the source has " + source.type() + ", expected " + type() + " as the convolver");
    }
    if (source.rows() < 1 || (oneEach && source.rows() != kernels.hidden())) {
      throw new ShapeMismatchException(
          "the source has "
              + source.rows()
              + " rows, expected "
              + (oneEach ? kernels.hidden() + ", one for each kernel" : "1 at least"));
    }
    Stretch stretch = Stretch.of(extent, source.length(), kernels.lags());
    SegmentSamples.requireFit(sink, source.rows(), stretch.count(), type());
    SegmentSamples.requireApart(source, sink);
    return stretch;
  }

  /**
   * A stretch of the convolution of a {@linkplain SampleFile file of samples}, of {@link #type()},
   * into another such file, which is there as a whole afterwards or as it was before. The two may
   * be one.
   *
   * @throws org.sgconv.InvalidFileException if the one cannot be read or the other not written
   * @throws org.sgconv.InvalidArgumentException if a sample is not finite; the message has its
   *     index
   */
  public void apply(Path signal, Path result, Extent extent, ProgressListener progress) {
    try (SampleFile source = SampleFile.open(signal, type())) {
      AtomicFile.write(result, out -> apply(source, SampleFile.to(out), extent, progress));
    }
  }

  /** How many samples a signal of n samples gives. */
  public long length(long samples, Extent extent) {
    return Stretch.of(Objects.requireNonNull(extent, "extent"), samples, kernels.lags()).count();
  }

  /** Samples K of the kernel. */
  public long kernelLength() {
    return kernels.lags();
  }

  /** Element type of signals, kernels and results: FLOAT32 or FLOAT64. */
  public DType type() {
    return kernels.type();
  }

  /**
   * Gives the memory of kernels and plans back, once the calls of other threads have returned.
   * Closing it again does nothing.
   *
   * @throws org.sgconv.InvalidArgumentException if it is called by a listener, source or sink of a
   *     call of this convolver
   */
  @Override
  public void close() {
    kernels.close();
  }

  @Override
  public String toString() {
    return "Convolver[" + kernels + "]";
  }
}
