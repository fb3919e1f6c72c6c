package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.bindings.cudart.Cudart;

/** Work of a stream, recorded once and submitted any number of times with one call. */
public final class CudaGraph implements AutoCloseable {

  private final CudaStream stream;

  /** Guarded by the stream's lock. */
  private MemorySegment handle;

  private CudaGraph(CudaStream stream, MemorySegment handle) {
    this.stream = stream;
    this.handle = handle;
  }

  /**
   * Records what {@code work} submits from this thread. Call under the stream's lock.
   *
   * <p>In CUDA's other modes a capture belongs to a thread of the operating system, which may be
   * another one when a virtual thread goes on after a wait, and forbids other calls to all that
   * such a thread carries. What must not be recorded is refused by those who submit it.
   */
  static CudaGraph capture(CudaStream owner, MemorySegment stream, Runnable work) {
    try (Arena arena = Arena.ofConfined()) {
      NativeResult.cudart(
          "cudaStreamBeginCapture",
          Cudart.cudaStreamBeginCapture(stream, Cudart.cudaStreamCaptureModeRelaxed()));
      MemorySegment graph = arena.allocate(ValueLayout.ADDRESS);
      try {
        work.run();
        owner.device().select(); // the work may have waited, and go on elsewhere
        NativeResult.cudart("cudaStreamEndCapture", Cudart.cudaStreamEndCapture(stream, graph));
      } catch (RuntimeException | Error failure) {
        owner.abandonCapture(failure);
        throw failure;
      }
      return instantiate(owner, graph.get(ValueLayout.ADDRESS, 0));
    }
  }

  /**
   * Takes a stream out of a capture, and forgets what that recorded.
   *
   * @throws CudaErrorException if the stream is still in it
   */
  static void abandon(MemorySegment stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment graph = arena.allocate(ValueLayout.ADDRESS);
      int code = Cudart.cudaStreamEndCapture(stream, graph);
      MemorySegment recorded = graph.get(ValueLayout.ADDRESS, 0);
      if (recorded.address() != 0) {
        Cudart.cudaGraphDestroy(recorded);
      }
      MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
      boolean known = Cudart.cudaStreamIsCapturing(stream, status) == Cudart.cudaSuccess();
      if (known && status.get(ValueLayout.JAVA_INT, 0) != Cudart.cudaStreamCaptureStatusNone()) {
        throw NativeResult.cudartError("cudaStreamEndCapture", code);
      }
      Cudart.cudaGetLastError(); // it must not show again in the next call
    }
  }

  private static CudaGraph instantiate(CudaStream stream, MemorySegment recorded) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment executable = arena.allocate(ValueLayout.ADDRESS);
      NativeResult.cudart(
          "cudaGraphInstantiate", Cudart.cudaGraphInstantiate(executable, recorded, 0));
      return new CudaGraph(stream, executable.get(ValueLayout.ADDRESS, 0));
    } finally {
      Cudart.cudaGraphDestroy(recorded);
    }
  }

  /** Submits the recorded work to its stream. */
  public void launch() {
    try (NativeHandle.Use use = stream.use()) {
      NativeResult.cudart("cudaGraphLaunch", Cudart.cudaGraphLaunch(open(), use.address()));
    }
  }

  /**
   * Waits for the stream and frees the graph. After an error that no call survives there is nothing
   * to wait for, and the graph is gone with the context: then this only ends its use. Closing a
   * closed graph does nothing.
   */
  @Override
  public void close() {
    try (NativeHandle.Use _ = stream.hold()) {
      MemorySegment graph = handle;
      if (graph.address() != 0) {
        handle = MemorySegment.NULL;
        Closer.all(
            () -> CudaErrorException.unlessFatal(stream::synchronize),
            () -> CudaErrorException.unlessFatal(() -> destroy(graph)));
      }
    }
  }

  private static void destroy(MemorySegment graph) {
    NativeResult.cudart("cudaGraphExecDestroy", Cudart.cudaGraphExecDestroy(graph));
  }

  private MemorySegment open() {
    if (handle.address() == 0) {
      throw new UseAfterCloseException("CudaGraph");
    }
    return handle;
  }
}
