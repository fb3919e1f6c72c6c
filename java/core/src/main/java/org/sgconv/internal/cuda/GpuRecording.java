package org.sgconv.internal.cuda;

import java.util.List;
import org.sgconv.ClosedException;
import org.sgconv.bindings.CudaGraph;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Recording;

/** A CUDA graph and what it reads and writes. */
final class GpuRecording implements Recording {

  private final GpuStream stream;
  private final CudaGraph graph;
  private final List<CudaSpan> uses;

  /** Guarded by the stream's lock. */
  private boolean closed;

  GpuRecording(GpuStream stream, CudaGraph graph, List<CudaSpan> uses) {
    this.stream = stream;
    this.graph = graph;
    this.uses = List.copyOf(uses);
  }

  @Override
  public void replay() {
    stream.requireNoRecording("replays another", "replay that before or after");
    try (NativeHandle.Use _ = stream.queue().hold()) {
      for (CudaSpan span : uses) {
        if (span.isFreed()) {
          throw new ClosedException(
              "a tensor or spectrum of the recording is closed: record the work again");
        }
      }
      graph.launch();
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a replay on " + stream, e);
    }
  }

  @Override
  public void close() {
    stream.requireNoRecording("closes another", "close that before or after");
    try (NativeHandle.Use _ = stream.hold()) {
      if (closed) {
        return;
      }
      closed = true;
      Closer.all(graph, () -> stream.workspace().endRecording(), stream::leave);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("closing a recording of " + stream, e);
    }
  }
}
