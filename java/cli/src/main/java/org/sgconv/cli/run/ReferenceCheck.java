package org.sgconv.cli.run;

import java.util.EnumMap;
import java.util.Map;
import org.sgconv.Backend;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * Computes some hidden rows of a {@link LayerRun} once more in float64 and measures how far the run
 * is from that. Each step is judged by itself, on what it was given: forward on the run's kernel,
 * backward on its kernel and its output, which is dy, the parameters' gradients on its dk.
 */
public final class ReferenceCheck {

  private final LayerRun run;
  private final Backend reference;
  private final HiddenRows rows;
  private final KernelSpec spec;
  private final Tolerance tolerance;

  /** Checks about {@code count} hidden rows, evenly spread, the first and the last among them. */
  public ReferenceCheck(LayerRun run, Backend reference, int count) {
    this.run = run;
    this.reference = reference;
    KernelSpec whole = run.layer().parameters().spec();
    this.rows = new HiddenRows(whole.hidden(), count);
    this.spec = Specs.withHidden(whole, rows.count());
    this.tolerance = Tolerance.of(run.type());
  }

  /** Computes the rows and measures every result. */
  public Map<RunOutput, Deviation> measure() {
    Map<RunOutput, Deviation> deviations = new EnumMap<>(RunOutput.class);
    long batch = run.input().dim(0);
    long length = run.input().dim(2);
    int count = rows.count();
    int heads = spec.heads();
    try (TensorScope scope = TensorScope.onHost()) {
      KernelParameters parameters = scope.adopt(rows.select(run.layer().parameters(), spec));
      Tensor kernel = selected(scope, run.kernel(), length, spec.channels(), count, length);
      Tensor dk = selected(scope, run.kernelGradient(), length, spec.channels(), count, length);
      Tensor skip = selected(scope, run.layer().skip(), 1, heads, count);
      Tensor dskip = selected(scope, run.skipGradient(), 1, heads, count);
      Tensor u = selected(scope, run.input(), length, batch, count, length);
      Tensor du = selected(scope, run.inputGradient(), length, batch, count, length);
      Tensor y = selected(scope, run.output(), length, batch, (long) heads * count, length);
      ExactConvolution exact =
          ExactConvolution.builder(spec.mode(), kernel, u)
              .skip(skip)
              .outputGradient(y)
              .judging(run.type())
              .build();
      ExactSynthesis synthesis = new ExactSynthesis(reference, parameters);
      deviations.put(RunOutput.KERNEL, tolerance.measure(synthesis.kernel(length), kernel));
      deviations.put(RunOutput.OUTPUT, tolerance.measure(exact.output(), y));
      deviations.put(RunOutput.INPUT_GRADIENT, tolerance.measure(exact.inputGradient(), du));
      deviations.put(RunOutput.KERNEL_GRADIENT, tolerance.measure(exact.kernelGradient(), dk));
      deviations.put(RunOutput.SKIP_GRADIENT, tolerance.measure(exact.skipGradient(), dskip));
      int dim = spec.kernelDim();
      Tensor weights =
          selected(scope, run.weightGradient(), dim, spec.scales(), spec.channels(), count, dim);
      ExactSynthesis.ExactGradients gradients = synthesis.gradients(dk);
      deviations.put(RunOutput.WEIGHT_GRADIENT, tolerance.measure(gradients.weights(), weights));
      run.decayGradient()
          .map(decay -> selected(scope, decay, 1, count))
          .ifPresent(
              decay ->
                  deviations.put(
                      RunOutput.DECAY_GRADIENT,
                      tolerance.measure(gradients.decay().orElseThrow(), decay)));
    }
    return deviations;
  }

  private Tensor selected(TensorScope scope, Tensor from, long inner, long... dims) {
    return scope.adopt(rows.select(from, inner, dims));
  }
}
