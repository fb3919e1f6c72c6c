package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cpu.SgconvCpu;

/** Embeddings and pooling on a {@link CpuContext}: what leads to sequences and away from them. */
public final class CpuSequences {

  private final CpuFrame frame;

  CpuSequences(CpuFrame frame) {
    this.frame = frame;
  }

  /**
   * Writes y (B, H, L), the rows of a table at tokens.
   *
   * @param vocabulary V
   * @param tokens (B, L), 64-bit values from 0 to V − 1
   * @param table (V, H)
   */
  public void embed(
      SignalShape shape,
      long vocabulary,
      CpuElement element,
      MemorySegment tokens,
      MemorySegment table,
      MemorySegment y) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_embedding_forward", element);
      NativeResult.cpu(
          "sgconv_cpu_embedding_forward",
          SgconvCpu.sgconv_cpu_embedding_forward(
              use.address(),
              frame.geometry(shape),
              vocabulary,
              element.code(),
              in.integers("tokens", tokens, shape.positions()),
              in.input("table", table, tableBytes(in, shape, vocabulary, element)),
              in.output("y", y, shape.signalBytes(element))));
    }
  }

  private static long tableBytes(
      CallArguments in, SignalShape shape, long vocabulary, CpuElement element) {
    return in.bytes("vocabulary", vocabulary, shape.channelBytes(element));
  }

  /** Bytes of workspace that {@link #embedBackward} needs; may be 0. */
  public long embedWorkspaceBytes(SignalShape shape, long vocabulary, CpuElement element) {
    try (NativeHandle.Use use = frame.use()) {
      return embedWorkspaceBytes(use, frame.geometry(shape), vocabulary, element);
    }
  }

  private long embedWorkspaceBytes(
      NativeHandle.Use use, MemorySegment geometry, long vocabulary, CpuElement element) {
    NativeResult.cpu(
        "sgconv_cpu_embedding_workspace",
        SgconvCpu.sgconv_cpu_embedding_workspace(
            use.address(), geometry, vocabulary, element.code(), frame.size()));
    return frame.sizeValue();
  }

  /**
   * Writes the gradient of the table (V, H).
   *
   * @param workspace 64-byte aligned, at least {@link #embedWorkspaceBytes}; null for none
   */
  public void embedBackward(
      SignalShape shape,
      long vocabulary,
      CpuElement element,
      MemorySegment tokens,
      MemorySegment dy,
      MemorySegment dtable,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_embedding_backward", element);
      MemorySegment geometry = frame.geometry(shape);
      NativeResult.cpu(
          "sgconv_cpu_embedding_backward",
          SgconvCpu.sgconv_cpu_embedding_backward(
              use.address(),
              geometry,
              vocabulary,
              element.code(),
              in.integers("tokens", tokens, shape.positions()),
              in.input("dy", dy, shape.signalBytes(element)),
              in.output("dtable", dtable, tableBytes(in, shape, vocabulary, element)),
              in.scratch(workspace, embedWorkspaceBytes(use, geometry, vocabulary, element))));
    }
  }

  /**
   * Writes y (B, H): the mean over positions, or the last one.
   *
   * @param lengths (B), 64-bit values from 1 to L, or null for L
   */
  public void pool(
      SignalShape shape,
      CpuElement element,
      boolean last,
      @Nullable MemorySegment lengths,
      MemorySegment x,
      MemorySegment y) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_pool_forward", element);
      NativeResult.cpu(
          "sgconv_cpu_pool_forward",
          SgconvCpu.sgconv_cpu_pool_forward(
              use.address(),
              frame.geometry(shape),
              element.code(),
              last ? 1 : 0,
              in.lengths(lengths, shape.batch()),
              in.input("x", x, shape.signalBytes(element)),
              in.output("y", y, shape.rowBytes(element))));
    }
  }

  /** Writes the gradient of x (B, H, L). */
  public void poolBackward(
      SignalShape shape,
      CpuElement element,
      boolean last,
      @Nullable MemorySegment lengths,
      MemorySegment dy,
      MemorySegment dx) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_pool_backward", element);
      NativeResult.cpu(
          "sgconv_cpu_pool_backward",
          SgconvCpu.sgconv_cpu_pool_backward(
              use.address(),
              frame.geometry(shape),
              element.code(),
              last ? 1 : 0,
              in.lengths(lengths, shape.batch()),
              in.input("dy", dy, shape.rowBytes(element)),
              in.output("dx", dx, shape.signalBytes(element))));
    }
  }
}
