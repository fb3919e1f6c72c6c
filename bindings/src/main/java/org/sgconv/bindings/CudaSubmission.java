package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.ToIntFunction;

/** Calls of CUDA kernels on one stream, each checked and made under the stream's lock. */
final class CudaSubmission {

  private final CudaStream stream;
  private final CallArguments arguments;
  private final MemorySegment answer = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

  CudaSubmission(CudaStream stream) {
    this.stream = stream;
    this.arguments = new CallArguments(stream);
  }

  /** Checks its arguments, calls, and returns the call's status. */
  interface Call {
    int run(CallArguments in, MemorySegment queue);
  }

  /** Submits what {@code call} calls. */
  void submit(String function, Call call) {
    try (NativeHandle.Use use = stream.use()) {
      NativeResult.cuda(function, call.run(arguments.of(function), use.address()));
    }
  }

  /** A number that depends on the stream's device; {@code call} is told where it goes. */
  long ask(String function, ToIntFunction<MemorySegment> call) {
    try (NativeHandle.Use _ = stream.use()) {
      NativeResult.cuda(function, call.applyAsInt(answer));
      return answer.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /** The same for one of a C enumeration. */
  int choose(String function, ToIntFunction<MemorySegment> call) {
    try (NativeHandle.Use _ = stream.use()) {
      NativeResult.cuda(function, call.applyAsInt(answer));
      return answer.get(ValueLayout.JAVA_INT, 0);
    }
  }
}
