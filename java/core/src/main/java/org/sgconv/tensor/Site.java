package org.sgconv.tensor;

import java.util.Arrays;
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

  /** Enough to get past this library's own frames. */
  private static final int NEAREST = 4;

  private static final Set<String> OWN =
      Set.of(
          Site.class.getName(),
          Storage.class.getName(),
          Tensor.class.getName(),
          Arithmetic.class.getName(),
          TensorScope.class.getName(),
          Placement.class.getName());

  /**
   * Never thrown. The JVM notes all frames in one go and makes their texts when they are asked for.
   * A StackWalker, which need not see all, calls back into Java and takes twice as long where its
   * code has left the caches, as after a convolution: some 70 microseconds.
   */
  private final Throwable stack = new Throwable();

  private Site() {}

  static Site here() {
    return new Site();
  }

  /** The site if tracing is on; otherwise null, at no cost. */
  static @Nullable Site hereIfTracing() {
    return TRACING ? here() : null;
  }

  /** One line a frame, as a stack trace has it. */
  @Override
  public String toString() {
    return Arrays.stream(stack.getStackTrace())
        .dropWhile(frame -> OWN.contains(frame.getClassName()))
        .limit(TRACING ? Integer.MAX_VALUE : NEAREST)
        .map(frame -> "\n    at " + frame)
        .collect(Collectors.joining());
  }
}
