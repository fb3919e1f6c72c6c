package org.sgconv.cli.run;

import org.sgconv.Backend;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * Computes parts of a {@link WholeLayerRun} once more in float64. A position of the output depends
 * on all channels of a whole signal, which would be a second run of the layer; so each of its two
 * halves is judged by itself, on what it was given: the convolution on some hidden rows, and what
 * comes after it on the run's convolution, at some positions.
 */
public final class WholeLayerCheck {

  private final WholeLayerRun run;
  private final Backend reference;
  private final HiddenRows rows;
  private final KernelSpec spec;
  private final TailCheck tail;

  /** Checks about {@code count} hidden rows, evenly spread, the first and the last among them. */
  public WholeLayerCheck(WholeLayerRun run, Backend reference, int count) {
    this.run = run;
    this.reference = reference;
    KernelSpec whole = run.whole().kernel().parameters().spec();
    this.rows = new HiddenRows(whole.hidden(), count);
    this.spec = Specs.withHidden(whole, rows.count());
    this.tail = new TailCheck(run);
  }

  /**
   * How far a run is off.
   *
   * @param rows hidden rows of the convolution that were checked
   * @param positions of the output that were checked
   */
  public record Result(
      int rows, Deviation kernel, Deviation convolution, int positions, Deviation tail) {

    /** Whether all that was checked is as near as it must be. */
    public boolean isAccepted() {
      return kernel.isAccepted() && convolution.isAccepted() && tail.isAccepted();
    }
  }

  /** Computes and measures. */
  public Result measure() {
    long batch = run.input().dim(0);
    long length = run.input().dim(2);
    int count = rows.count();
    Tolerance tolerance = Tolerance.of(run.type());
    try (TensorScope scope = TensorScope.onHost()) {
      KernelAndSkip whole = run.whole().kernel();
      KernelParameters parameters = scope.adopt(rows.select(whole.parameters(), spec));
      Tensor skip = scope.adopt(rows.select(whole.skip(), 1, spec.heads(), count));
      Tensor kernel =
          scope.adopt(kernel(new KernelAndSkip(whole.name(), parameters, skip), length));
      Tensor u = scope.adopt(rows.select(run.input(), length, batch, count, length));
      Tensor v =
          scope.adopt(
              rows.select(run.convolved(), length, batch, (long) spec.heads() * count, length));
      ExactConvolution exact =
          ExactConvolution.builder(spec.mode(), kernel, u).skip(skip).judging(run.type()).build();
      ExactSynthesis synthesis = new ExactSynthesis(reference, parameters);
      return new Result(
          count,
          tolerance.measure(synthesis.kernel(length), kernel),
          tolerance.measure(exact.output(), v),
          tail.positions(),
          tail.measure());
    }
  }

  /** What the backend makes of these rows' parameters: it does not show the kernels of a layer. */
  private Tensor kernel(KernelAndSkip some, long length) {
    try (KernelAndSkip there = some.on(run.backend(), run.type());
        Tensor kernel = KernelSynthesis.on(run.backend()).forward(there.parameters(), length)) {
      return kernel.toHost();
    }
  }
}
