package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cuda.SgconvCuda;

/**
 * Embeddings, pooling and losses on a stream: what leads to sequences and away from them. Every
 * argument is checked.
 */
public final class CudaSequences {

  private static final long INTEGER = Long.BYTES;

  private final CudaFrame frame;
  private final CallArguments host = new CallArguments();

  /** On this stream. */
  public CudaSequences(CudaStream stream) {
    this.frame = new CudaFrame(stream);
  }

  /** Writes y (B, H, L), the rows of a table (V, H) at tokens (B, L), which are on the device. */
  public void embed(
      SignalShape shape, long vocabulary, CudaSpan tokens, CudaSpan table, CudaSpan y) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_embedding_forward");
      long integers = in.arguments().bytes("tokens", shape.positions(), INTEGER);
      NativeResult.cuda(
          "sgconv_cuda_embedding_forward",
          SgconvCuda.sgconv_cuda_embedding_forward(
              frame.geometry(shape),
              vocabulary,
              in.arguments().input("tokens", tokens, integers, INTEGER),
              in.input("table", table, tableBytes(shape, vocabulary)),
              in.output("y", y, CudaFrame.signalBytes(shape)),
              use.address()));
    }
  }

  /** Values of the index of an embedding's gradient. */
  public static long indexValues(SignalShape shape, long vocabulary) {
    return Math.addExact(shape.positions(), Math.addExact(vocabulary, 1));
  }

  /**
   * Writes where each token occurs; both in the host's memory.
   *
   * @param index of {@link #indexValues} integers
   * @throws NativeStatusException if a token is not from 0 to V − 1
   */
  public void index(SignalShape shape, long vocabulary, MemorySegment tokens, MemorySegment index) {
    try (NativeHandle.Use _ = frame.use()) {
      CallArguments in = host.of("sgconv_cuda_embedding_index");
      long bytes = in.bytes("index", indexValues(shape, vocabulary), INTEGER);
      MemorySegment written = in.output("index", index, bytes);
      in.requireAlignment("index", written, INTEGER);
      NativeResult.cuda(
          "sgconv_cuda_embedding_index",
          SgconvCuda.sgconv_cuda_embedding_index(
              frame.geometry(shape),
              vocabulary,
              in.integers("tokens", tokens, shape.positions()),
              written));
    }
  }

  /** Writes dtable (V, H), given a copy of the {@link #index} on the device. */
  public void embedBackward(
      SignalShape shape, long vocabulary, CudaSpan index, CudaSpan dy, CudaSpan dtable) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_embedding_backward");
      long integers = in.arguments().bytes("index", indexValues(shape, vocabulary), INTEGER);
      NativeResult.cuda(
          "sgconv_cuda_embedding_backward",
          SgconvCuda.sgconv_cuda_embedding_backward(
              frame.geometry(shape),
              vocabulary,
              in.arguments().input("index", index, integers, INTEGER),
              in.input("dy", dy, CudaFrame.signalBytes(shape)),
              in.output("dtable", dtable, tableBytes(shape, vocabulary)),
              use.address()));
    }
  }

  private static long tableBytes(SignalShape shape, long vocabulary) {
    return Sizes.floatBytes("table", 1, 1, vocabulary, shape.channels());
  }

  /**
   * Writes y (B, H): the mean over positions, or the last of them.
   *
   * @param lengths (B), host memory, or null for L
   */
  public void pool(
      SignalShape shape, boolean last, @Nullable MemorySegment lengths, CudaSpan x, CudaSpan y) {
    try (NativeHandle.Use use = frame.use()) {
      MemorySegment numbers = host.of("sgconv_cuda_pool_forward").lengths(lengths, shape.batch());
      CudaFrame in = frame.of("sgconv_cuda_pool_forward");
      NativeResult.cuda(
          "sgconv_cuda_pool_forward",
          SgconvCuda.sgconv_cuda_pool_forward(
              frame.geometry(shape),
              last ? 1 : 0,
              numbers,
              in.input("x", x, CudaFrame.signalBytes(shape)),
              in.output("y", y, CudaFrame.rowBytes(shape)),
              use.address()));
    }
  }

  /** Writes dx (B, H, L). */
  public void poolBackward(
      SignalShape shape, boolean last, @Nullable MemorySegment lengths, CudaSpan dy, CudaSpan dx) {
    try (NativeHandle.Use use = frame.use()) {
      MemorySegment numbers = host.of("sgconv_cuda_pool_backward").lengths(lengths, shape.batch());
      CudaFrame in = frame.of("sgconv_cuda_pool_backward");
      NativeResult.cuda(
          "sgconv_cuda_pool_backward",
          SgconvCuda.sgconv_cuda_pool_backward(
              frame.geometry(shape),
              last ? 1 : 0,
              numbers,
              in.input("dy", dy, CudaFrame.rowBytes(shape)),
              in.output("dx", dx, CudaFrame.signalBytes(shape)),
              use.address()));
    }
  }

  /**
   * Writes losses (B), and dlogits (B, K) of their mean unless it is null.
   *
   * @param labels (B), host memory, each from 0 to K − 1
   */
  public void crossEntropy(
      long batch,
      long classes,
      CudaSpan logits,
      MemorySegment labels,
      CudaSpan losses,
      @Nullable CudaSpan dlogits) {
    try (NativeHandle.Use use = frame.use()) {
      MemorySegment numbers =
          host.of("sgconv_cuda_cross_entropy").integers("labels", labels, batch);
      CudaFrame in = frame.of("sgconv_cuda_cross_entropy");
      long bytes = Sizes.floatBytes("logits", 1, 1, batch, classes);
      NativeResult.cuda(
          "sgconv_cuda_cross_entropy",
          SgconvCuda.sgconv_cuda_cross_entropy(
              batch,
              classes,
              in.input("logits", logits, bytes),
              numbers,
              in.output("losses", losses, Sizes.floatBytes("losses", 1, 1, 1, batch)),
              in.optionalOutput("dlogits", dlogits, bytes),
              use.address()));
    }
  }
}
