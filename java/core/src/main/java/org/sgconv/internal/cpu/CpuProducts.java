package org.sgconv.internal.cpu;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sgconv.BackendFailureException;
import org.sgconv.InvalidSettingException;
import org.sgconv.bindings.CpuContext;
import org.sgconv.bindings.MatrixProducts;
import org.sgconv.bindings.load.LoadFailure;
import org.sgconv.bindings.load.NativeLibraryException;

/**
 * Where a context's matrix products come from: OpenBLAS, which is loaded when the first is asked
 * for. Convolutions need none, and most programs compute nothing else.
 */
final class CpuProducts {

  private final CpuContext context;
  private final Supplier<MatrixProducts> libraries;

  /** Set once; a failure is not kept, since it may pass and what does not is known below. */
  private volatile @Nullable MatrixProducts used;

  CpuProducts(CpuContext context, Supplier<MatrixProducts> libraries) {
    this.context = context;
    this.libraries = libraries;
  }

  /**
   * Returns normally only if the context has products.
   *
   * @throws BackendFailureException if there is no library, with every attempt
   * @throws InvalidSettingException if a setting that names it cannot be met
   */
  synchronized void require() {
    if (used != null) {
      return;
    }
    MatrixProducts products;
    try {
      products = libraries.get();
    } catch (NativeLibraryException e) {
      String reason = "linear maps need OpenBLAS: " + e.getMessage();
      throw e.failure() == LoadFailure.SETTING
          ? new InvalidSettingException(reason, e)
          : new BackendFailureException(CpuBackend.NAME, reason, e);
    }
    context.use(products);
    used = products;
  }

  /** The library that is in use, for reports; none before the first product. */
  List<String> library() {
    MatrixProducts here = used;
    return here == null
        ? List.of()
        : List.of(here.path() + " " + here.version() + " (OpenBLAS, " + here.core() + ")");
  }
}
