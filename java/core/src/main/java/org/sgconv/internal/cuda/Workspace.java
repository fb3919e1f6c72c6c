package org.sgconv.internal.cuda;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaProducts;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.CudaStream;
import org.sgconv.bindings.FftPlan;
import org.sgconv.bindings.closing.Closer;

/**
 * What every convolution on a stream shares: one piece of scratch memory, which only grows, and the
 * cuFFT plans used last; and cuBLAS, once a product was asked for. While recordings of the stream
 * exist, nothing that they may use is freed. Use under the stream's lock.
 */
final class Workspace {

  private static final int MOST_PLANS = 16;
  private static final long ALIGNMENT = 512;
  private static final long BEYOND_MEMORY = Long.MAX_VALUE >> 4;

  /** Of cuBLAS's own workspace, as its documentation has it: for Hopper and later, and before. */
  private static final long PRODUCT_BYTES = 32L << 20;

  private static final long PRODUCT_BYTES_BEFORE = 4L << 20;
  private static final int HOPPER = 90;

  /** It works with less, and is to leave room for tensors where the budget is small. */
  private static final long PRODUCT_SHARE = 16;

  private record PlanKey(long size, long batch) {}

  /** A handle of cuBLAS and its workspace. */
  private record Products(CudaProducts handle, GpuMemory area) {}

  private final GpuStream stream;
  private final Map<PlanKey, FftPlan> plans = new LinkedHashMap<>(MOST_PLANS, 0.75f, true);
  private final List<FftPlan> retiredPlans = new ArrayList<>();
  private final List<GpuMemory> retiredMemory = new ArrayList<>();
  private @Nullable GpuMemory memory;
  private @Nullable Products products;
  private int recordings;

  Workspace(GpuStream stream) {
    this.stream = stream;
  }

  /** All of it, once it has at least so many bytes. It holds until the next call. */
  CudaSpan reserve(long needed) {
    GpuMemory scratch = memory;
    if (scratch == null || needed > scratch.all().byteSize()) {
      // The new one first: if there is no memory, everything stays as it was.
      GpuMemory grown = GpuMemory.allocate(stream, "a workspace", needed);
      memory = grown;
      if (scratch != null) {
        retire(scratch);
      }
      scratch = grown;
    }
    return scratch.all();
  }

  /** Pieces of these sizes, each aligned; they hold until the next call. */
  List<CudaSpan> pieces(long... sizes) {
    CudaSpan scratch = reserve(bytes(sizes));
    List<CudaSpan> pieces = new ArrayList<>(sizes.length);
    long at = 0;
    for (long size : sizes) {
      pieces.add(scratch.part(at, Math.max(1, size)));
      at += aligned(size);
    }
    return pieces;
  }

  /** Bytes that pieces of these sizes take together. */
  static long bytes(long... sizes) {
    long sum = 0;
    for (long size : sizes) {
      sum += aligned(size);
    }
    return sum;
  }

  /** A product of sizes, or if that is larger a number beyond any memory, of which sums are too. */
  static long product(long count, long bytes) {
    return count > BEYOND_MEMORY / bytes ? BEYOND_MEMORY : count * bytes;
  }

  private static long aligned(long size) {
    return (Math.max(1, size) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** The plan for rows of this size, made if it is not there. */
  FftPlan plan(long size, long batch) {
    PlanKey key = new PlanKey(size, batch);
    FftPlan known = plans.get(key);
    if (known != null) {
      return known;
    }
    stream.requireNoRecording("a transform");
    CudaStream queue = stream.queue();
    FftPlan made = FftPlan.create(queue, size, batch);
    if (plans.size() == MOST_PLANS) {
      Iterator<FftPlan> eldest = plans.values().iterator();
      FftPlan old = eldest.next();
      eldest.remove();
      retire(old);
    }
    plans.put(key, made);
    return made;
  }

  /**
   * Matrix products by cuBLAS, loaded and made when the first is asked for, which convolutions
   * never do.
   */
  CudaProducts products() {
    Products known = products;
    if (known == null) {
      stream.requireNoRecording("a handle of cuBLAS");
      GpuMemory area = GpuMemory.allocate(stream, "the workspace of cuBLAS", productBytes());
      try (Closer undo = Closer.onFailure()) {
        undo.add(area::free);
        known = new Products(CudaProducts.create(stream.queue(), area.all()), area);
        undo.keep();
      }
      products = known;
    }
    return known.handle;
  }

  private long productBytes() {
    boolean hopper = stream.queue().device().capability() >= HOPPER;
    long recommended = hopper ? PRODUCT_BYTES : PRODUCT_BYTES_BEFORE;
    long share = stream.device().memoryBudget() / PRODUCT_SHARE / ALIGNMENT * ALIGNMENT;
    return Math.max(ALIGNMENT, Math.min(recommended, share));
  }

  private void retire(GpuMemory old) {
    if (recordings > 0) {
      retiredMemory.add(old);
    } else {
      old.free();
    }
  }

  private void retire(FftPlan old) {
    if (recordings > 0) {
      retiredPlans.add(old);
    } else {
      stream.queue().synchronize();
      old.close();
    }
  }

  void beginRecording() {
    recordings++;
  }

  void endRecording() {
    recordings--;
    if (recordings == 0) {
      List<AutoCloseable> retired = new ArrayList<>(retiredPlans);
      retiredPlans.clear();
      retiredMemory.forEach(old -> retired.add(old::free));
      retiredMemory.clear();
      Closer.all(retired);
    }
  }

  /** Pieces of device memory that it holds. */
  int allocations() {
    return (memory == null ? 0 : 1) + (products == null ? 0 : 1) + retiredMemory.size();
  }

  /** Frees everything. The stream has no work. */
  void close() {
    List<AutoCloseable> all = new ArrayList<>(plans.values());
    plans.clear();
    GpuMemory scratch = memory;
    memory = null;
    if (scratch != null) {
      all.add(scratch::free);
    }
    Products last = products;
    products = null;
    if (last != null) {
      all.add(last.handle);
      all.add(last.area::free);
    }
    Closer.all(all);
  }
}
