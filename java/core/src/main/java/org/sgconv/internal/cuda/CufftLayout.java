package org.sgconv.internal.cuda;

import java.util.List;
import org.sgconv.bindings.CudaSpan;

/**
 * How a pass through cuFFT is cut, and the pieces of scratch memory that each of its chunks has:
 * first the work area of transforms.
 */
final class CufftLayout {

  private final long batch;
  private final Chunks chunks;
  private final long[] sizes;

  CufftLayout(long batch, Chunks chunks, long... sizes) {
    this.batch = batch;
    this.chunks = chunks;
    this.sizes = sizes;
  }

  /** Signals of the pass. */
  long batch() {
    return batch;
  }

  Chunks chunks() {
    return chunks;
  }

  /** Of the workspace. */
  long bytes() {
    return Workspace.bytes(sizes);
  }

  /** The pieces; they stay where they are until the next pass. */
  List<CudaSpan> pieces(Workspace workspace) {
    return workspace.pieces(sizes);
  }
}
