package org.sgconv.tensor;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where in the program something happened: the nearest callers, or with {@code
 * -Dsgconv.tensor.trace=true} the whole stack.
 */
final class Site {

  /** Whole stacks, and sites of views too. */
  static final boolean TRACING = Boolean.getBoolean("sgconv.tensor.trace");

  /** Enough to get past this library's own frames; more would cost time on every allocation. */
  private static final int NEAREST = 4;

  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final Set<String> OWN =
      Set.of(
          Site.class.getName(),
          Storage.class.getName(),
          Tensor.class.getName(),
          Arithmetic.class.getName(),
          TensorScope.class.getName(),
          Placement.class.getName());

  private final List<StackFrame> frames;

  private Site(List<StackFrame> frames) {
    this.frames = frames;
  }

  static Site here() {
    int limit = TRACING ? Integer.MAX_VALUE : NEAREST;
    return new Site(
        WALKER.walk(
            frames ->
                frames
                    .dropWhile(frame -> OWN.contains(frame.getClassName()))
                    .limit(limit)
                    .toList()));
  }

  /** The site if tracing is on; otherwise null, at no cost. */
  static @Nullable Site hereIfTracing() {
    return TRACING ? here() : null;
  }

  /** One line a frame, as a stack trace has it. */
  @Override
  public String toString() {
    return frames.stream()
        .map(frame -> "\n    at " + frame.toStackTraceElement())
        .collect(Collectors.joining());
  }
}
