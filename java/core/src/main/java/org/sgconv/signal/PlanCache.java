package org.sgconv.signal;

import java.util.ArrayList;
import java.util.List;
import org.sgconv.Backend;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.Tensor;

/**
 * Plans with the kernels prepared, by the length of rows. Kept are those in use, the last used, and
 * others as long as the lengths of all come to no more than {@link #KEPT_SAMPLES}. Any thread may
 * call.
 */
final class PlanCache implements AutoCloseable {

  /** A few plans for short rows, one for rows of a block. */
  private static final long KEPT_SAMPLES = Segmentation.BLOCK;

  private final Backend backend;
  private final Tensor kernels;

  /** The last used comes last. Guarded by this. */
  private final List<Plan> plans = new ArrayList<>();

  /** For kernels (C,H,K), which must stay open as long as this. */
  PlanCache(Backend backend, Tensor kernels) {
    this.backend = backend;
    this.kernels = kernels;
  }

  /** A plan in use; closing it ends that use. */
  final class Plan implements AutoCloseable {

    final LongConvolution convolution;
    final KernelSpectrum spectrum;

    /** Guarded by the cache. */
    private int users;

    private Plan(LongConvolution convolution, KernelSpectrum spectrum) {
      this.convolution = convolution;
      this.spectrum = spectrum;
    }

    @Override
    public void close() {
      release(this);
    }
  }

  /** The plan for rows of that length, made if it is not there. */
  synchronized Plan acquire(long length) {
    Plan plan = null;
    for (Plan known : plans) {
      if (known.convolution.length() == length) {
        plan = known;
      }
    }
    if (plan == null) {
      shrink(KEPT_SAMPLES - length, 0); // before more memory is taken
      plan = make(length);
    } else {
      plans.remove(plan);
    }
    plans.add(plan);
    plan.users++;
    return plan;
  }

  private Plan make(long length) {
    try (Closer made = Closer.onFailure()) {
      LongConvolution convolution =
          made.add(
              LongConvolution.builder(backend)
                  .heads((int) kernels.dim(0))
                  .hidden((int) kernels.dim(1))
                  .length(length)
                  .kernelLength(kernels.dim(2))
                  .type(kernels.type())
                  .build());
      Plan plan = new Plan(convolution, convolution.prepare(kernels));
      made.keep();
      return plan;
    }
  }

  private synchronized void release(Plan plan) {
    plan.users--;
    shrink(KEPT_SAMPLES, 1);
  }

  /**
   * Closes plans that nobody uses, those longest not used first, until the lengths of all come to
   * no more than that; but not the {@code spared} last.
   */
  private void shrink(long samples, int spared) {
    long held = 0;
    for (Plan plan : plans) {
      held += plan.convolution.length();
    }
    for (int i = 0; held > samples && i < plans.size() - spared; ) {
      Plan plan = plans.get(i);
      if (plan.users > 0) {
        i++;
      } else {
        plans.remove(i);
        held -= plan.convolution.length();
        plan.convolution.close();
      }
    }
  }

  /** Closes all plans; nobody may use one. */
  @Override
  public synchronized void close() {
    List<LongConvolution> open = plans.stream().map(plan -> plan.convolution).toList();
    plans.clear();
    Closer.all(open);
  }
}
