package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;

/** One row: n real samples, or its spectrum as interleaved complex values. */
interface TransformRow {

  /** The row's values: n if the transform is packed, n+2 otherwise. */
  MemorySegment values();

  /** Samples to spectrum, unscaled. */
  void forward();

  /** Spectrum to samples: a round trip multiplies by {@link RowTransform#gain}. */
  void inverse();
}
