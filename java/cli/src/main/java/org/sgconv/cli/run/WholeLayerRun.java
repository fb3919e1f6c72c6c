package org.sgconv.cli.run;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.nn.Pass;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * One whole layer on one backend, forward, without dropout. The signal is copied to where the
 * backend computes; what the accessors give is in the host's memory.
 *
 * <p>Owns its results and its copy of the signal; layer and signal stay the caller's.
 */
public final class WholeLayerRun implements AutoCloseable {

  private final TensorScope scope = TensorScope.onHost();
  private final Backend backend;
  private final WholeLayer whole;
  private final Pass pass;
  private final Tensor u;
  private final Runnable finish;
  private final IdentityHashMap<Tensor, Tensor> onHost = new IdentityHashMap<>();
  private @Nullable Tensor v;
  private @Nullable Tensor y;

  /**
   * Copies the signal.
   *
   * @param signal u (B,H,L), FLOAT32
   */
  public WholeLayerRun(WholeLayer whole, Backend backend, Tensor signal) {
    this.whole = whole;
    this.backend = backend;
    // Calls on a device return when the work is submitted.
    this.finish = Device.all(backend).isEmpty() ? () -> {} : Stream.of(backend)::synchronize;
    try (Closer made = Closer.onFailure()) {
      made.add(scope);
      pass = scope.adopt(Pass.evaluation(backend, RunPlan.type(backend)));
      Tensor converted = made.add(signal.to(pass.type()));
      u = scope.adopt(converted.moveTo(backend));
      made.keep();
    }
  }

  /** Takes the memory, makes the kernel and applies the layer once, which is not timed. */
  public void begin() {
    applyOnce();
  }

  /** Applies and times the whole layer. */
  public Timing apply() {
    return Timing.of(this::applyOnce);
  }

  private void applyOnce() {
    y = whole.layer().forward(u, pass);
    finish.run();
  }

  /** Applies and times its convolution alone, after the whole layer. */
  public Timing convolve() {
    return Timing.of(
        () -> {
          v = whole.layer().convolve(u, pass);
          finish.run();
        });
  }

  /** The layer. */
  public WholeLayer whole() {
    return whole;
  }

  /** Where it is applied. */
  public Backend backend() {
    return backend;
  }

  /** Element type of everything that is computed. */
  public DType type() {
    return pass.type();
  }

  /** u (B,H,L). */
  public Tensor input() {
    return onHost(u);
  }

  /** v (B,C·H,L), the convolution with its skip. */
  public Tensor convolved() {
    return onHost(made(v));
  }

  /** y (B,H,L). */
  public Tensor output() {
    return onHost(made(y));
  }

  private static Tensor made(@Nullable Tensor result) {
    if (result == null) {
      throw new IllegalStateException("the layer was not applied");
    }
    return result;
  }

  /** The tensor itself, or a copy. */
  private Tensor onHost(Tensor tensor) {
    return tensor.isOnHost() ? tensor : onHost.computeIfAbsent(tensor, Tensor::toHost);
  }

  @Override
  public void close() {
    onHost.values().forEach(Tensor::close);
    scope.close();
  }
}
