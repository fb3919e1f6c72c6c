package org.sgconv;

import java.util.Optional;

/**
 * A place where kernels are synthesized and convolutions computed.
 *
 * <p>Backends come from {@link Backends}. A backend that cannot work on this machine is still
 * listed and says why; using it throws {@link BackendUnavailableException} with that reason, never
 * a silent switch to another backend.
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
   * What the backend runs on.
   *
   * @throws BackendUnavailableException if it is not available
   */
  BackendInfo info();

  /** {@link Backends#best()} takes the available backend with the highest rank. */
  int rank();
}
