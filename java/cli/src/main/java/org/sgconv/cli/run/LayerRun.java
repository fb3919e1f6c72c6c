package org.sgconv.cli.run;

import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.sgconv.Backend;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * One convolution on one backend, forward and backward, with everything it computed. The gradients
 * are those of the loss ½‖y‖², whose gradient dy is y itself. Inputs are copied to where the
 * backend computes; what the accessors give is in the host's memory.
 *
 * <p>Owns its results and its copies of the inputs; the convolution, the layer and the signal stay
 * the caller's.
 */
public final class LayerRun implements AutoCloseable {

  private final TensorScope scope = TensorScope.onHost();
  private final KernelAndSkip given;
  private final KernelAndSkip layer;
  private final Tensor u;
  private final KernelSynthesis synthesis;
  private final LongConvolution convolution;
  private final Tensor kernel;
  private final Tensor output;
  private final KernelSpectrum spectrum;
  private final Gradients gradients;
  private final KernelGradients parameterGradients;
  private final Map<Step, Timing> timings = new EnumMap<>(Step.class);
  private final Runnable finish;
  private final IdentityHashMap<Tensor, Tensor> onHost = new IdentityHashMap<>();

  /**
   * Allocates everything and synthesizes the kernel once.
   *
   * @param convolution as {@link RunPlan} made it; stays the caller's
   * @param signal u (B,H,L), FLOAT32
   */
  public LayerRun(LongConvolution convolution, KernelAndSkip layer, Tensor signal) {
    this.convolution = convolution;
    this.given = layer;
    Backend backend = convolution.backend();
    // Calls on a device return when the work is submitted.
    this.finish = Device.all(backend).isEmpty() ? () -> {} : Stream.of(backend)::synchronize;
    KernelSpec spec = layer.parameters().spec();
    long length = signal.dim(2);
    long batch = signal.dim(0);
    try (Closer made = Closer.onFailure()) {
      made.add(scope);
      this.layer = scope.adopt(layer.on(backend, convolution.type()));
      try (Tensor converted = signal.to(convolution.type())) {
        u = scope.adopt(converted.copyTo(backend));
      }
      synthesis = KernelSynthesis.on(backend);
      kernel = scope.adopt(synthesis.forward(this.layer.parameters(), length));
      spectrum = scope.adopt(convolution.prepare(kernel, this.layer.skip()));
      long rows = (long) spec.heads() * spec.hidden();
      output = scope.adopt(Tensor.zeros(backend, convolution.type(), batch, rows, length));
      gradients = scope.adopt(Gradients.allocate(convolution, spectrum, batch, Gates.none()));
      parameterGradients = scope.adopt(KernelGradients.allocate(this.layer.parameters()));
      made.keep();
    }
  }

  /** Runs and times a step until its results are there; those before it must have run. */
  public void time(Step step) {
    onHost.values().forEach(Tensor::close);
    onHost.clear();
    timings.put(
        step,
        Timing.of(
            () -> {
              call(step);
              finish.run();
            }));
  }

  private void call(Step step) {
    switch (step) {
      case KERNEL -> {
        synthesis.forward(layer.parameters(), kernel);
        spectrum.prepare(kernel, layer.skip());
      }
      case FORWARD -> convolution.forward(spectrum, u, Gates.none(), output);
      case BACKWARD -> convolution.backward(spectrum, u, Gates.none(), output, gradients);
      case PARAMETERS ->
          synthesis.backward(layer.parameters(), gradients.kernel(), parameterGradients);
    }
  }

  /** How long each step took; empty before {@link #time}. */
  public Map<Step, Timing> timings() {
    return timings;
  }

  /** The layer as it was given: its norm is not the one that this run may have taken. */
  public KernelAndSkip layer() {
    return given;
  }

  /** Element type of everything that is computed. */
  public DType type() {
    return convolution.type();
  }

  /** u (B,H,L). */
  public Tensor input() {
    return onHost(u);
  }

  /** k (C',H,L). */
  public Tensor kernel() {
    return onHost(kernel);
  }

  /** y (B,C·H,L), which is also dy. */
  public Tensor output() {
    return onHost(output);
  }

  /** du (B,H,L). */
  public Tensor inputGradient() {
    return onHost(gradients.input());
  }

  /** dk (C',H,L). */
  public Tensor kernelGradient() {
    return onHost(gradients.kernel());
  }

  /** dD (C,H). */
  public Tensor skipGradient() {
    return onHost(gradients.skip().orElseThrow());
  }

  /** Gradient of the kernel's weights (S,C',H,d). */
  public Tensor weightGradient() {
    return onHost(parameterGradients.weights());
  }

  /** Gradient of the exponents (H) of a power law. */
  public Optional<Tensor> decayGradient() {
    return parameterGradients.decay().map(this::onHost);
  }

  /** The tensor itself, or a copy that lasts until the next step. */
  private Tensor onHost(Tensor tensor) {
    return tensor.isOnHost() ? tensor : onHost.computeIfAbsent(tensor, Tensor::toHost);
  }

  @Override
  public void close() {
    onHost.values().forEach(Tensor::close);
    scope.close();
  }
}
