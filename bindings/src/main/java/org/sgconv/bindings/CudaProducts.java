package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.bindings.cublas.Cublas;
import org.sgconv.bindings.load.LoadedLibrary;
import org.sgconv.bindings.load.NativeLibraries;
import org.sgconv.bindings.load.NativeLibrary;
import org.sgconv.bindings.load.NativeLibraryException;

/**
 * Products of float32 matrices on one stream, by cuBLAS, which is loaded when the first of these is
 * made. One handle for one stream with a workspace of its own: the same product has the same bits
 * then, and may be recorded.
 */
public final class CudaProducts implements AutoCloseable {

  /** What cuBLAS asks of a workspace's address. */
  private static final long WORKSPACE_ALIGNMENT = 256;

  private static final long FLOAT = Float.BYTES;

  private final CudaStream stream;
  private final MemorySegment handle;
  private final CallArguments arguments;
  private final MemorySegment one = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, 1);
  private final MemorySegment zero = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, 0);

  /** Guarded by the stream's lock. */
  private boolean closed;

  /**
   * A factor of products, one matrix for each member.
   *
   * @param transposed whether it lies in memory the other way round
   * @param shared whether there is one for all members
   */
  public record Factor(CudaSpan matrices, boolean transposed, boolean shared) {}

  private CudaProducts(CudaStream stream, MemorySegment handle) {
    this.stream = stream;
    this.handle = handle;
    this.arguments = new CallArguments(stream);
  }

  /**
   * Products on a stream.
   *
   * @param workspace which only this uses, until it is closed
   * @throws NativeLibraryException if there is no cuBLAS that can be used
   * @throws CudaErrorException if cuBLAS refuses
   */
  public static CudaProducts create(CudaStream stream, CudaSpan workspace) {
    LoadedLibrary library = NativeLibraries.load(NativeLibrary.CUBLAS);
    NativeLibraries.requireFunctions(library, Cublas.functions());
    try (NativeHandle.Use use = stream.use();
        Arena arena = Arena.ofConfined();
        Closer undo = Closer.onFailure()) {
      MemorySegment area =
          new CallArguments(stream)
              .of("cublasSetWorkspace")
              .usable("workspace", workspace, WORKSPACE_ALIGNMENT, true);
      MemorySegment created = arena.allocate(ValueLayout.ADDRESS);
      NativeResult.cublas("cublasCreate", Cublas.cublasCreate_v2(created));
      MemorySegment handle = created.get(ValueLayout.ADDRESS, 0);
      undo.add(() -> destroy(handle));
      NativeResult.cublas("cublasSetStream", Cublas.cublasSetStream_v2(handle, use.address()));
      // After the stream, which takes a workspace away.
      NativeResult.cublas(
          "cublasSetWorkspace", Cublas.cublasSetWorkspace_v2(handle, area, workspace.byteSize()));
      NativeResult.cublas(
          "cublasSetMathMode", Cublas.cublasSetMathMode(handle, Cublas.CUBLAS_DEFAULT_MATH()));
      CudaProducts products = new CudaProducts(stream, handle);
      StreamBelongings belongings = stream.belongings();
      if (belongings != null) {
        belongings.addProducts(handle);
      }
      undo.keep();
      return products;
    }
  }

  /**
   * Submits c = a · b for each of {@code batch} members, all row-major: a (rows, inner), b (inner,
   * columns), c (rows, columns).
   */
  public void multiply(
      long batch, long rows, long columns, long inner, Factor a, Factor b, CudaSpan c) {
    try (NativeHandle.Use _ = stream.use()) {
      if (closed) {
        throw new UseAfterCloseException("CudaProducts");
      }
      CallArguments in = arguments.of("cublasSgemmStridedBatched");
      // cuBLAS reads matrices column by column: what it sees are the transposes, and those of
      // products are products in the other order.
      NativeResult.cublas(
          "cublasSgemmStridedBatched",
          Cublas.cublasSgemmStridedBatched_64(
              handle,
              operation(b),
              operation(a),
              columns,
              rows,
              inner,
              one,
              in.input("b", b.matrices, bytes("b", b, batch, inner, columns), FLOAT),
              b.transposed ? inner : columns,
              b.shared ? 0 : inner * columns,
              in.input("a", a.matrices, bytes("a", a, batch, rows, inner), FLOAT),
              a.transposed ? rows : inner,
              a.shared ? 0 : rows * inner,
              zero,
              in.output("c", c, Sizes.floatBytes("c", 1, batch, rows, columns), FLOAT),
              columns,
              rows * columns,
              batch));
    }
  }

  private static long bytes(String name, Factor factor, long batch, long rows, long columns) {
    return Sizes.floatBytes(name, 1, factor.shared ? 1 : batch, rows, columns);
  }

  private static int operation(Factor factor) {
    return factor.transposed ? Cublas.CUBLAS_OP_T() : Cublas.CUBLAS_OP_N();
  }

  /** Frees the handle. The caller has waited for the work that uses it. */
  @Override
  public void close() {
    try (NativeHandle.Use _ = stream.use()) {
      if (closed) {
        return;
      }
      closed = true;
      StreamBelongings belongings = stream.belongings();
      if (belongings != null) {
        belongings.removeProducts(handle);
      }
      destroy(handle);
    }
  }

  private static void destroy(MemorySegment handle) {
    NativeResult.cublas("cublasDestroy", Cublas.cublasDestroy_v2(handle));
  }
}
