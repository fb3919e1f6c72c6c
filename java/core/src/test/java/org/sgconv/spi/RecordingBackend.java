package org.sgconv.spi;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.sgconv.Backend;
import org.sgconv.BackendInfo;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Computes nothing; records what reaches it, counts what is open, and fails or waits on demand. */
public final class RecordingBackend implements BackendProvider {

  /** Names of the operations that were reached, in order. */
  public final List<String> calls = Collections.synchronizedList(new ArrayList<>());

  /** The backend that it provides. */
  public final Backend backend = Backend.of(this);

  /** Plans and spectra that are open now. */
  public final AtomicInteger open = new AtomicInteger();

  /** Whether calls are recorded; if not, an operation allocates nothing. */
  public volatile boolean recording = true;

  /** Runs inside every operation, before it is recorded. */
  public volatile Runnable inside = () -> {};

  /** What the norm is filled with. */
  public volatile double norm = 2;

  /** Why it is unavailable, if it is. */
  public volatile Optional<Throwable> cause = Optional.empty();

  /** Targets of the last backward call. */
  public volatile GradientTargets targets = new GradientTargets(null, null, null, null, null);

  /** Lengths of the last forward or backward call. */
  public volatile MemorySegment lengths;

  private final Set<DType> types;
  private final KernelOperations kernels = new Kernels();

  /** One that takes these types. */
  public RecordingBackend(DType first, DType... more) {
    types = EnumSet.of(first, more);
  }

  @Override
  public String name() {
    return "recording";
  }

  @Override
  public Optional<Throwable> unavailabilityCause() {
    return cause;
  }

  @Override
  public BackendInfo info() {
    return new BackendInfo(name(), "1", "none", 1, List.of(), List.of());
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public Set<DType> supportedTypes() {
    return types;
  }

  @Override
  public KernelOperations kernels() {
    return kernels;
  }

  @Override
  public ConvolutionPlan plan(ConvolutionGeometry geometry, DType type) {
    reach("plan");
    open.incrementAndGet();
    return new Plan();
  }

  private void reach(String call) {
    inside.run();
    if (recording) {
      calls.add(call);
    }
  }

  private final class Kernels implements KernelOperations {

    @Override
    public void norm(KernelOperands parameters) {
      reach("norm");
      parameters.norm().fill(norm);
    }

    @Override
    public void forward(KernelOperands parameters, Tensor kernel) {
      reach("synthesize");
      kernel.fill(parameters.norm().getFlat(0));
    }

    @Override
    public void backward(
        KernelOperands parameters, Tensor gradKernel, Tensor gradWeights, Tensor gradDecay) {
      reach(gradDecay == null ? "gradient" : "gradient with decay");
      gradWeights.fill(parameters.norm().getFlat(0));
    }
  }

  private final class Spectrum implements PlanSpectrum {
    private boolean closed;

    @Override
    public void close() {
      if (closed) {
        throw new AssertionError("spectrum closed twice");
      }
      closed = true;
      open.decrementAndGet();
    }
  }

  private final class Plan implements ConvolutionPlan {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    @Override
    public ReadWriteLock lock() {
      return lock;
    }

    @Override
    public long spectrumBytes() {
      return 128;
    }

    @Override
    public PlanSpectrum createSpectrum() {
      requireOpen(null);
      open.incrementAndGet();
      return new Spectrum();
    }

    @Override
    public void prepare(Tensor kernel, Tensor skip, PlanSpectrum spectrum) {
      requireOpen(spectrum);
      RecordingBackend.this.reach(skip == null ? "prepare" : "prepare with skip");
      requireOpen(spectrum);
    }

    @Override
    public void synthesize(
        KernelOperands parameters, Tensor skip, Tensor kernel, PlanSpectrum spectrum) {
      requireOpen(spectrum);
      RecordingBackend.this.reach(
          skip == null ? "prepare from parameters" : "prepare from parameters with skip");
      requireOpen(spectrum);
      if (kernel != null) {
        kernel.fill(parameters.norm().getFlat(0));
      }
    }

    @Override
    public void forward(PlanSpectrum spectrum, ForwardOperands operands) {
      requireOpen(spectrum);
      resolve(operands.u(), operands.pre(), operands.post());
      lengths = operands.lengths();
      reach("forward", operands.pre(), operands.post());
      requireOpen(spectrum);
      operands.y().fill(1);
    }

    @Override
    public void backward(PlanSpectrum spectrum, BackwardOperands operands) {
      requireOpen(spectrum);
      resolve(operands.u(), operands.pre(), operands.post());
      lengths = operands.lengths();
      TensorAccess.requireOpen(operands.dy());
      reach("backward", operands.pre(), operands.post());
      requireOpen(spectrum);
      targets = operands.targets();
    }

    private void resolve(Tensor u, Tensor pre, Tensor post) {
      TensorAccess.requireOpen(u);
      if (pre != null) {
        TensorAccess.requireOpen(pre);
      }
      if (post != null) {
        TensorAccess.requireOpen(post);
      }
    }

    private void reach(String call, Tensor pre, Tensor post) {
      inside.run();
      if (recording) {
        calls.add(call + (pre == null ? "" : " pre") + (post == null ? "" : " post"));
      }
    }

    private void requireOpen(PlanSpectrum spectrum) {
      if (closed || (spectrum != null && ((Spectrum) spectrum).closed)) {
        throw new AssertionError("used after close: a native backend would touch freed memory");
      }
    }

    @Override
    public void close() {
      requireOpen(null);
      closed = true;
      open.decrementAndGet();
    }
  }
}
