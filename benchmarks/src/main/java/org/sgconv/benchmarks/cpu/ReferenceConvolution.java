package org.sgconv.benchmarks.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.peers.Output;
import org.sgconv.benchmarks.peers.Signals;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * All outputs of a convolution by the float64 reference backend, one channel at a time, as float64
 * copies of everything at once would not fit next to the rest.
 */
final class ReferenceConvolution {

  private final Signals signals;
  private final Workload work;
  private final Map<Output, MemorySegment> outputs;

  /** {@code outputs} has a float64 segment for every {@link Output}. */
  ReferenceConvolution(Signals signals, Map<Output, MemorySegment> outputs) {
    this.signals = signals;
    this.work = signals.workload();
    this.outputs = outputs;
  }

  void run() {
    IntStream.range(0, work.hidden()).parallel().forEach(this::channel);
  }

  private void channel(int h) {
    long l = work.length();
    try (LongConvolution convolution =
            LongConvolution.create(
                Backends.reference(), ConvolutionMode.CAUSAL, 1, 1, l, DType.FLOAT64);
        Tensor u = gather(signals.u(), h);
        Tensor dy = gather(signals.dy(), h);
        Tensor kernel = Tensor.zeros(DType.FLOAT64, 1, 1, l);
        Tensor skip = Tensor.zeros(DType.FLOAT64, 1, 1)) {
      widen(signals.kernel(), h * l, kernel.segment(), 0, l);
      widen(signals.skip(), h, skip.segment(), 0, 1);
      try (KernelSpectrum spectrum = convolution.prepare(kernel, skip);
          Tensor y = convolution.forward(spectrum, u);
          Gradients gradients = convolution.backward(spectrum, u, dy)) {
        scatter(y, Output.SIGNAL, h);
        scatter(gradients.input(), Output.INPUT_GRADIENT, h);
        MemorySegment dk = output(Output.KERNEL_GRADIENT);
        copy(gradients.kernel().segment(), 0, dk, h * l, l);
        MemorySegment dskip = output(Output.SKIP_GRADIENT);
        copy(gradients.skip().orElseThrow().segment(), 0, dskip, h, 1);
      }
    }
  }

  /** The channel's rows of all batches, (B,1,L). */
  private Tensor gather(MemorySegment from, int h) {
    long l = work.length();
    Tensor rows = Tensor.zeros(DType.FLOAT64, work.batch(), 1, l);
    for (int b = 0; b < work.batch(); b++) {
      widen(from, row(b, h), rows.segment(), b * l, l);
    }
    return rows;
  }

  private void scatter(Tensor rows, Output output, int h) {
    long l = work.length();
    for (int b = 0; b < work.batch(); b++) {
      copy(rows.segment(), b * l, output(output), row(b, h), l);
    }
  }

  private MemorySegment output(Output output) {
    return Objects.requireNonNull(outputs.get(output), output::name);
  }

  private long row(int b, int h) {
    return ((long) b * work.hidden() + h) * work.length();
  }

  private static void widen(
      MemorySegment from, long fromIndex, MemorySegment to, long toIndex, long count) {
    for (long i = 0; i < count; i++) {
      to.setAtIndex(
          ValueLayout.JAVA_DOUBLE,
          toIndex + i,
          from.getAtIndex(ValueLayout.JAVA_FLOAT, fromIndex + i));
    }
  }

  private static void copy(
      MemorySegment from, long fromIndex, MemorySegment to, long toIndex, long count) {
    MemorySegment.copy(
        from, fromIndex * Double.BYTES, to, toIndex * Double.BYTES, count * Double.BYTES);
  }
}
