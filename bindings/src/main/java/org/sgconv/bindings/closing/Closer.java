package org.sgconv.bindings.closing;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The one way to close several things although closing one of them may fail: all are closed, the
 * first failure is thrown, the others are suppressed in it.
 *
 * <p>{@link #all} closes what is there. A closer itself collects what a method makes, and closes it
 * if the method does not come to its end:
 *
 * {@snippet :
 * try (Closer made = Closer.onFailure()) {
 *   Tensor weights = made.add(Tensor.zeros(type, 3));
 *   Tensor decay = made.add(Tensor.zeros(type, 1)); // if this fails, weights is closed
 *   made.keep();
 *   return new Pair(weights, decay);
 * }
 * }
 *
 * <p>For one thread. Closing it again does nothing.
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Closer implements AutoCloseable {

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private Closer() {}

  /** A closer of what is added from now on, unless {@link #keep} is called. */
  public static Closer onFailure() {
    return new Closer();
  }

  /** Adds something to be closed, before all that was added earlier; returns it. */
  public <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /** Everything succeeded: what was added is closed by others. */
  public void keep() {
    open.clear();
  }

  /**
   * Closes what was added and not kept, the last added first.
   *
   * @throws RuntimeException the first failure, with the others suppressed
   */
  @Override
  public void close() {
    if (!open.isEmpty()) {
      Iterable<AutoCloseable> last = open.stream().toList();
      open.clear();
      all(last);
    }
  }

  /**
   * Closes all of them, in this order.
   *
   * @param resources each may be null
   * @throws RuntimeException the first failure, with the others suppressed; a checked exception is
   *     wrapped in an {@link IllegalStateException}
   */
  public static void all(@Nullable AutoCloseable... resources) {
    all(Arrays.asList(resources));
  }

  /** As {@link #all(AutoCloseable...)}. */
  public static void all(Iterable<? extends @Nullable AutoCloseable> resources) {
    Throwable first = null;
    for (AutoCloseable resource : resources) {
      try {
        if (resource != null) {
          resource.close();
        }
      } catch (Exception | Error failure) {
        if (first == null) {
          first = failure;
        } else if (!first.equals(failure)) { // an exception does not suppress itself
          first.addSuppressed(failure);
        }
      }
    }
    switch (first) {
      case null -> {}
      case RuntimeException failure -> throw failure;
      case Error failure -> throw failure;
      default -> throw new IllegalStateException("closing failed: " + first.getMessage(), first);
    }
  }
}
