package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.ToIntFunction;

/** Calls of CUDA kernels on one stream, each checked and made under the stream's lock. */
final class CudaSubmission {

  private final CudaStream stream;
  private final CudaArguments arguments;
  private final MemorySegment answer = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

  CudaSubmission(CudaStream stream) {
    this.stream = stream;
    this.arguments = new CudaArguments(stream);
  }

  /** Checks its arguments, calls, and returns the call's status. */
  interface Call {
    int run(CudaArguments in, MemorySegment queue);
  }

  /** Submits what {@code call} calls. */
  void submit(String function, Call call) {
    stream.lock().lock();
    try {
      MemorySegment queue = stream.open();
      CudaArguments in = arguments.of(function);
      CudaCall.kernel(function, () -> call.run(in, queue));
    } finally {
      stream.lock().unlock();
    }
  }

  /** A number that depends on the stream's device; {@code call} is told where it goes. */
  long ask(String function, ToIntFunction<MemorySegment> call) {
    stream.lock().lock();
    try {
      answer(function, call);
      return answer.get(ValueLayout.JAVA_LONG, 0);
    } finally {
      stream.lock().unlock();
    }
  }

  /** The same for one of a C enumeration. */
  int choose(String function, ToIntFunction<MemorySegment> call) {
    stream.lock().lock();
    try {
      answer(function, call);
      return answer.get(ValueLayout.JAVA_INT, 0);
    } finally {
      stream.lock().unlock();
    }
  }

  private void answer(String function, ToIntFunction<MemorySegment> call) {
    stream.open();
    CudaCall.kernel(function, () -> call.applyAsInt(answer));
  }
}
