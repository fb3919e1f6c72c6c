package org.sgconv.cli.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Things that are closed together, the last added first. */
public final class Owned implements AutoCloseable {

  private final Deque<Runnable> closes = new ArrayDeque<>();

  /** Adds one that {@code close} ends; returns it. */
  public <T> T add(T resource, Consumer<T> close) {
    closes.push(() -> close.accept(resource));
    return resource;
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    while (!closes.isEmpty()) {
      try {
        closes.pop().run();
      } catch (RuntimeException next) {
        if (failure == null) {
          failure = next;
        } else {
          failure.addSuppressed(next);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
