package org.sgconv.benchmarks.run;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.benchmarks.check.Deviation;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Computes some hidden rows of a {@link ConvolutionRun} once more with the float64 reference, from
 * the kernel's parameters to their gradients, and measures how far the run is from it. The
 * reference takes nothing from the run but its inputs, and dy, which is the run's y.
 */
public final class ReferenceCheck {

  private final ConvolutionRun run;
  private final Backend reference;
  private final HiddenRows rows;
  private final KernelSpec spec;

  /** Checks about {@code count} hidden rows, evenly spread, the first and the last among them. */
  public ReferenceCheck(ConvolutionRun run, Backend reference, int count) {
    this.run = run;
    this.reference = reference;
    KernelSpec whole = run.layer().parameters().spec();
    this.rows = new HiddenRows(whole.hidden(), count);
    this.spec = Specs.withHidden(whole, rows.count());
  }

  /** Computes the rows and measures the results of every step. */
  public Map<Step, Deviation> measure() {
    Map<Step, Deviation> deviations = new EnumMap<>(Step.class);
    KernelSynthesis synthesis = KernelSynthesis.on(reference);
    long batch = run.input().dim(0);
    long length = run.input().dim(2);
    int count = rows.count();
    int heads = spec.heads();
    try (KernelParameters parameters = parameters();
        Tensor skip = rows.select(run.layer().skip(), 1, heads, count);
        Tensor u = rows.select(run.input(), length, batch, count, length);
        Tensor dy = rows.select(run.output(), length, batch, (long) heads * count, length);
        Tensor kernel = synthesis.forward(parameters, length);
        LongConvolution convolution =
            LongConvolution.create(reference, spec.mode(), heads, count, length, DType.FLOAT64);
        KernelSpectrum spectrum = convolution.prepare(kernel, skip);
        Tensor y = convolution.forward(spectrum, u);
        Gradients gradients = convolution.backward(spectrum, u, dy);
        KernelGradients weights = synthesis.backward(parameters, gradients.kernel())) {
      deviations.put(Step.KERNEL, deviation(run.kernel(), kernel, length));
      deviations.put(Step.FORWARD, deviation(run.output(), y, length));
      deviations.put(Step.BACKWARD, backward(gradients, length));
      deviations.put(
          Step.PARAMETERS, deviation(run.weightGradient(), weights.weights(), spec.kernelDim()));
    }
    return deviations;
  }

  /** dk and dD count as one result: dD is dk at lag 0, so its scale is that of dk. */
  private Deviation backward(Gradients expected, long length) {
    Deviation.Sum sum = new Deviation.Sum(expected.kernel(), expected.skip().orElseThrow());
    rows.compare(run.kernelGradient(), expected.kernel(), length, sum);
    rows.compare(run.skipGradient(), expected.skip().orElseThrow(), 1, sum);
    return deviation(run.inputGradient(), expected.input(), length).worst(sum.total());
  }

  private Deviation deviation(Tensor actual, Tensor expected, long inner) {
    Deviation.Sum sum = new Deviation.Sum(expected);
    rows.compare(actual, expected, inner, sum);
    return sum.total();
  }

  /** The layer's parameters for these rows; the norm only if the layer came with one. */
  private KernelParameters parameters() {
    KernelParameters whole = run.layer().parameters();
    long channels = spec.channels();
    long count = rows.count();
    int dim = spec.kernelDim();
    Tensor weights = rows.select(whole.weights(), dim, spec.scales(), channels, count, dim);
    Tensor decay = rows.select(whole.decay(), 1, count);
    @Nullable Tensor norm =
        whole.norm().map(known -> rows.select(known, 1, channels, count)).orElse(null);
    return KernelParameters.of(spec, weights, decay, norm);
  }
}
