package org.sgconv.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.sgconv.SgConvException;

/**
 * A call that is refused.
 *
 * @param what for messages of tests
 * @param type of the exception
 * @param message what is to be in its message, some parts separated by an ellipsis
 * @param call the call
 */
public record RefusedCall<T>(
    String what, Class<? extends SgConvException> type, String message, Call<T> call) {

  /** What is tried. */
  public interface Call<T> {
    void run(T on);
  }

  /** Tries it. */
  public void check(T on) {
    Throwable thrown = catchThrowable(() -> call.run(on));
    assertThat(thrown).as(what).isInstanceOf(type);
    assertThat(thrown.getMessage()).as(what).contains(message.split(" … "));
  }

  @Override
  public String toString() {
    return what;
  }
}
