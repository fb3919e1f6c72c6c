package org.sgconv.bindings.closing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CloserTest {

  private final List<String> closed = new ArrayList<>();

  private AutoCloseable named(String name, @Nullable Exception failure) {
    return () -> {
      closed.add(name);
      if (failure != null) {
        throw failure;
      }
    };
  }

  @Test
  void closesAllAndThrowsTheFirstFailure() {
    IllegalArgumentException first = new IllegalArgumentException("first");
    IOException second = new IOException("second");
    assertThatThrownBy(
            () ->
                Closer.all(
                    named("a", null),
                    null,
                    named("b", first),
                    named("c", second),
                    named("d", null)))
        .isSameAs(first)
        .hasSuppressedException(second);
    assertThat(closed).containsExactly("a", "b", "c", "d");
  }

  @Test
  void wrapsACheckedException() {
    IOException failure = new IOException("disk");
    assertThatThrownBy(() -> Closer.all(named("a", failure)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("closing failed: disk")
        .hasCause(failure);
  }

  @Test
  void doesNotSuppressAnExceptionInItself() {
    IllegalStateException failure = new IllegalStateException("same");
    assertThatThrownBy(() -> Closer.all(named("a", failure), named("b", failure)))
        .isSameAs(failure)
        .hasNoSuppressedExceptions();
  }

  @Test
  void closesTheLastFirstIfTheWorkFails() {
    IllegalStateException work = new IllegalStateException("work");
    IllegalStateException close = new IllegalStateException("close");
    assertThatThrownBy(
            () -> {
              try (Closer made = Closer.onFailure()) {
                made.add(named("a", null));
                made.add(named("b", close));
                throw work;
              }
            })
        .isSameAs(work)
        .hasSuppressedException(close);
    assertThat(closed).containsExactly("b", "a");
  }

  @Test
  void keepsWhatIsKeptAndClosesOnce() {
    try (Closer made = Closer.onFailure()) {
      made.add(named("a", null));
      made.keep();
    }
    assertThat(closed).isEmpty();
    Closer twice = Closer.onFailure();
    twice.add(named("b", null));
    twice.close();
    twice.close();
    assertThat(closed).containsExactly("b");
  }
}
