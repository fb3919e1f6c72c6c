package org.sgconv.internal.cuda;

import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.RingSteps;

/**
 * The layouts of one convolution's passes through cuFFT, within the limit of the workspace. Those
 * of the last batch size are kept. Only cuFFT knows what work area a transform needs, so that
 * transforms are made to find out. Use under the stream's lock.
 */
final class CufftLayouts {

  private final Workspace workspace;
  private final RingSteps steps;
  private final ConvolutionShape shape;
  private final WorkspaceLimit limit;

  /** By what is {@link Wanted}. */
  private final @Nullable CufftLayout[] last = new CufftLayout[Wanted.COUNT];

  CufftLayouts(Workspace workspace, RingSteps steps, ConvolutionShape shape, WorkspaceLimit limit) {
    this.workspace = workspace;
    this.steps = steps;
    this.shape = shape;
    this.limit = limit;
  }

  /** Of a forward pass, or a backward pass to what is {@link Wanted}. */
  CufftLayout of(long batch, int wanted) {
    CufftLayout known = last[wanted];
    if (known == null || known.batch() != batch) {
      known = make(batch, wanted);
      last[wanted] = known;
    }
    return known;
  }

  /** As {@link #of}, and not kept. */
  CufftLayout make(long batch, int wanted) {
    Chunks chunks = Chunks.within(limit, batch, shape.hidden(), it -> cost(it, batch, wanted));
    return new CufftLayout(batch, chunks, sizes(chunks, wanted, workBytes(chunks, batch, wanted)));
  }

  /**
   * Of making a spectrum (C·H,N), whose rows are transformed where they are: after the work area a
   * piece of scratch memory, for which the limit does not hold.
   */
  CufftLayout ofSpectrum(long scratch) {
    long rows = shape.heads() * shape.hidden();
    Chunks chunks =
        Chunks.within(
            limit,
            1,
            rows,
            it -> {
              long complex = complexBytes(it.rows());
              return complex > limit.bytes()
                  ? complex
                  : Math.max(complex, Workspace.bytes(workBytes(it.rowCounts(1, rows))));
            });
    return new CufftLayout(1, chunks, workBytes(chunks.rowCounts(1, rows)), scratch);
  }

  private long cost(Chunks chunks, long batch, int wanted) {
    long buffers = Workspace.bytes(sizes(chunks, wanted, 0));
    return buffers > limit.bytes()
        ? buffers // no transform is made only to be refused
        : Workspace.bytes(sizes(chunks, wanted, workBytes(chunks, batch, wanted)));
  }

  /** The same for every chunk of a pass. */
  private long[] sizes(Chunks chunks, int wanted, long work) {
    boolean several = shape.heads() > 1;
    long complex = complexBytes(chunks.rows());
    if (wanted == Wanted.FORWARD) {
      return new long[] {work, complex, several ? complex : 0};
    }
    boolean input = Wanted.has(wanted, Wanted.INPUT);
    boolean kernel = Wanted.has(wanted, Wanted.KERNEL);
    boolean post = Wanted.has(wanted, Wanted.POST);
    return new long[] {
      work,
      kernel || post ? complex : 0,
      complex,
      input && several ? complex : 0,
      post && several ? Workspace.product(chunks.rows(), shape.length() * Float.BYTES) : 0,
      kernel ? Workspace.product(shape.heads(), complexBytes(chunks.hidden())) : 0
    };
  }

  /** The most that any transform of a pass in such chunks needs. */
  private long workBytes(Chunks chunks, long batch, int wanted) {
    long signals = workBytes(chunks.rowCounts(batch, shape.hidden()));
    return Wanted.has(wanted, Wanted.KERNEL)
        ? Math.max(signals, workBytes(new Chunks(1, chunks.hidden()).rowCounts(1, shape.hidden())))
        : signals;
  }

  private long workBytes(long... rows) {
    return LongStream.of(rows)
        .map(count -> workspace.plan(steps.transformSize(), count).workBytes())
        .max()
        .orElse(0);
  }

  private long complexBytes(long rows) {
    return Workspace.product(rows, steps.rowBytes());
  }
}
