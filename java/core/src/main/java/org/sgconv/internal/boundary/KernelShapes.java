package org.sgconv.internal.boundary;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.KernelShape;
import org.sgconv.spi.KernelGeometry;

/**
 * The library's words for kernels. The last geometry is kept, since a model's layers share one: a
 * call then allocates nothing.
 */
public final class KernelShapes {

  private volatile @Nullable Known last;

  private record Known(KernelGeometry geometry, KernelShape shape) {}

  /** Of a kernel. */
  public KernelShape of(KernelGeometry geometry) {
    Known known = last;
    if (known == null || !known.geometry.equals(geometry)) {
      known = new Known(geometry, Shapes.of(geometry));
      last = known;
    }
    return known.shape;
  }
}
