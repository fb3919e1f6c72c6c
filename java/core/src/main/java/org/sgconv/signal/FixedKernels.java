package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.sgconv.Backend;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.spi.BackendProvider;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Stretches of full convolutions with kernels (C,H,K) that do not change: C for each of H rows, or
 * with H = 1 for any number of rows. Row r of a signal becomes the rows C·r to C·r + C − 1 of the
 * result if H = 1, and the rows r, H + r, 2·H + r … otherwise.
 *
 * <p>Any thread may call; closing waits for the calls of others.
 */
final class FixedKernels implements AutoCloseable {

  private final Object name;
  private final Tensor kernels;
  private final PlanCache plans;
  private final BackendProvider provider;
  private final boolean onHost;
  private final Sharing sharing;

  /** Read by calls, written by closing. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Guarded by the lock. */
  private boolean closed;

  /**
   * Takes the kernels over, also if it fails.
   *
   * @param name of the public object, for messages
   * @param kernels (C,H,K), where the backend computes
   */
  FixedKernels(Object name, Backend backend, Tensor kernels) {
    try (Closer made = Closer.onFailure()) {
      made.add(kernels);
      this.provider = BackendProvider.of(backend);
      provider.requireType(kernels.type());
      this.name = name;
      this.kernels = kernels;
      this.plans = new PlanCache(backend, kernels);
      this.onHost = provider.stream().isEmpty();
      this.sharing = onHost ? new Sharing(backend.info().threads()) : Sharing.NONE;
      made.keep();
    }
  }

  DType type() {
    return kernels.type();
  }

  long lags() {
    return kernels.dim(2);
  }

  /** How to pass over signals and results. */
  Sharing sharing() {
    return sharing;
  }

  /**
   * How many threads may work on the host between passes: as many as a backend there has, or all,
   * since a device keeps none of them busy.
   */
  int hostThreads() {
    return onHost ? sharing.threads() : Runtime.getRuntime().availableProcessors();
  }

  /** H. */
  long hidden() {
    return kernels.dim(1);
  }

  /** C. */
  long heads() {
    return kernels.dim(0);
  }

  /**
   * Convolves.
   *
   * @param rows of the signal; H unless that is 1
   * @param inOrder whether the input has all rows of a stretch before the next one, so that no row
   *     can be computed before another
   */
  <X extends Exception> void convolve(
      Stretch stretch,
      long rows,
      boolean inOrder,
      RowInput<X> in,
      RowOutput<X> out,
      ProgressListener progress)
      throws X {
    try (Use _ = use()) {
      convolveInUse(stretch, rows, inOrder, in, out, progress);
    }
  }

  /** As the other, for whoever {@linkplain #use uses} the kernels, in whichever thread. */
  <X extends Exception> void convolveInUse(
      Stretch stretch,
      long rows,
      boolean inOrder,
      RowInput<X> in,
      RowOutput<X> out,
      ProgressListener progress)
      throws X {
    if (onHost && DirectSums.pay(stretch, rows * heads())) {
      direct(stretch, rows, in, out);
      progress.progress(rows * heads() * stretch.count(), rows * heads() * stretch.count());
    } else {
      transformed(stretch, rows, inOrder, in, out, progress);
    }
  }

  /** A call, or several that belong together: closing waits for its end. */
  interface Use extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Begins a use, which this thread ends.
   *
   * @throws ClosedException if these are closed
   */
  Use use() {
    lock.readLock().lock();
    if (closed) {
      lock.readLock().unlock();
      throw new ClosedException(name + " is closed: create a new one");
    }
    return lock.readLock()::unlock;
  }

  /**
   * Convolves the rows of a tensor, where it is. Few products are no exception on a device: its
   * elements are not for the host to sum.
   *
   * @param signals rows of samples, H unless that is 1
   * @param result in the same place
   */
  void convolve(Stretch stretch, Tensor signals, Tensor result) {
    long rows = signals.elementCount() / stretch.samples();
    if (signals.isOnHost()) {
      try (TensorRows from = new TensorRows(signals, stretch.samples(), sharing);
          TensorRows to = new TensorRows(result, stretch.count(), sharing)) {
        this.<RuntimeException>convolve(
            stretch, rows, false, from::read, to::write, ProgressListener.NONE);
      }
      return;
    }
    try (Use _ = use()) {
      DeviceRows.convolve(plans, Segmentation.of(stretch, rows), stretch, signals, result);
    }
  }

  /**
   * Returns normally only if signals are in the host's memory, which any backend takes, or where
   * this one computes.
   */
  void requirePlace(Tensor signals) {
    if (!signals.isOnHost()) {
      provider.requireOperand("signals", signals);
    }
  }

  /** Returns normally only if a tensor for the result is where the signals are. */
  void requirePlace(Tensor into, Tensor signals) {
    if (!signals.isOnHost()) {
      provider.requireOperand("into", into);
    } else if (!into.isOnHost()) {
      throw new WrongDeviceException(
          "into "
              + into
              + " is on "
              + into.stream().orElseThrow()
              + ", but the signals are in the host's memory: results go where the signals are, so"
              + " copy these there with copyTo(backend), or give a tensor of the host");
    }
  }

  /** A new tensor for results, where the signals are. */
  Tensor newResult(Tensor signals, long... dims) {
    Stream stream = signals.stream().orElse(null);
    return stream == null
        ? Tensor.uninitialized(type(), dims)
        : Tensor.uninitialized(stream, type(), dims);
  }

  private <X extends Exception> void transformed(
      Stretch stretch,
      long rows,
      boolean inOrder,
      RowInput<X> in,
      RowOutput<X> out,
      ProgressListener progress)
      throws X {
    Segmentation cut = Segmentation.of(stretch, rows);
    long together = inOrder || hidden() > 1 ? rows : cut.together(rows);
    long total = rows * heads() * stretch.count();
    long done = 0;
    try (PlanCache.Plan plan = plans.acquire(cut.rowLength());
        Block block = new Block(plan, together / hidden())) {
      for (long row = 0; row < rows; row += together) {
        long group = Math.min(together, rows - row);
        long outputs = group * heads();
        for (long call = 0; call < cut.calls(); call++) {
          long known = call == 0 ? 0 : cut.history();
          block.carry(group, known);
          Segmentation.Covered covered = cut.covered(call, known, stretch.samples());
          block.zero(group, known, covered.begin());
          if (covered.count() > 0) {
            in.read(row, covered.from(), block.input(group, covered.begin(), covered.end()));
          }
          block.zero(group, covered.end(), cut.rowLength());
          block.convolve(plan, group / hidden());
          long to = call * cut.fresh();
          long count = Math.min(cut.fresh(), stretch.count() - to);
          out.write(row * heads(), to, block.output(outputs, cut.kept(), cut.kept() + count));
          done += outputs * count;
          progress.progress(done, total);
        }
      }
    }
  }

  private <X extends Exception> void direct(
      Stretch stretch, long rows, RowInput<X> in, RowOutput<X> out) throws X {
    if (type() == DType.FLOAT64) {
      double[] x = new double[Math.toIntExact(rows * stretch.samples())];
      in.read(0, 0, whole(MemorySegment.ofArray(x), rows));
      double[] y =
          DirectSums.convolve(x, kernels.toDoubleArray(), stretch, (int) hidden(), (int) heads());
      out.write(0, 0, whole(MemorySegment.ofArray(y), rows * heads()));
    } else {
      float[] x = new float[Math.toIntExact(rows * stretch.samples())];
      in.read(0, 0, whole(MemorySegment.ofArray(x), rows));
      float[] y =
          DirectSums.convolve(x, kernels.toFloatArray(), stretch, (int) hidden(), (int) heads());
      out.write(0, 0, whole(MemorySegment.ofArray(y), rows * heads()));
    }
  }

  private static RowBlock whole(MemorySegment memory, long rows) {
    long bytes = memory.byteSize() / rows;
    return new RowBlock(memory, bytes, 0, bytes, rows);
  }

  /**
   * Gives everything back, once the calls of other threads have returned.
   *
   * @throws InvalidArgumentException if a call of this thread is under way
   */
  @Override
  public void close() {
    if (lock.getReadHoldCount() > 0) {
      throw new InvalidArgumentException(
          name + " cannot be closed by what it calls: close it when the call has returned");
    }
    lock.writeLock().lock();
    try {
      closed = true;
      Closer.all(plans, kernels);
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "kernels %s", kernels);
  }
}
