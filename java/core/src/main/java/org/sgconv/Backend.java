package org.sgconv;

import java.util.Optional;

/**
 * A place where kernels are synthesized and convolutions computed.
 *
 * <p>Backends come from {@link Backends}. A backend that cannot work on this machine is still
 * listed and says why; using it throws {@link BackendUnavailableException} with that reason, never
 * a silent switch to another backend.
 *
 * @since 0.1.0
 */
public interface Backend {

  /** Short unique name: {@code reference}, {@code cpu}, {@code cuda}. */
  String name();

  /**
   * Why the backend cannot be used here, or empty if it can. An {@link InvalidSettingException}
   * says that a setting cannot be met, any other {@link SgConvException} that the backend is there
   * and does not work, and everything else that it is not there. What may have passed by the next
   * call is tried again then.
   */
  Optional<Throwable> unavailabilityCause();

  /** Whether the backend can be used here. */
  default boolean isAvailable() {
    return unavailabilityCause().isEmpty();
  }

  /**
   * Returns normally only if the backend can be used.
   *
   * @throws BackendUnavailableException with the reason as its cause
   */
  default void ensureAvailable() {
    unavailabilityCause()
        .ifPresent(
            cause -> {
              throw new BackendUnavailableException(name(), cause);
            });
  }

  /**
   * What the backend runs on. {@link Object#toString} has it in a line, or why the backend cannot
   * be used.
   *
   * @throws BackendUnavailableException if it is not available
   */
  BackendInfo info();

  /**
   * This backend with so many threads, in a pool of its own that lasts as long as the process.
   * Asked for the same number again, it is the same. Callers of one backend share its pool, and
   * wait for each other: whoever has a share of the processors, such as a task of several in one
   * process, takes a backend with as many threads.
   *
   * @throws InvalidArgumentException if the number is not from 1 to 1024, or the backend has no
   *     threads that could be set
   */
  default Backend withThreads(int threads) {
    throw new InvalidArgumentException(
        "backend '" + name() + "' has no number of threads that could be set to " + threads);
  }

  /** {@link Backends#best()} takes the available backend with the highest rank. */
  int rank();
}
