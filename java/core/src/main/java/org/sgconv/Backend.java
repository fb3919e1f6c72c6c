package org.sgconv;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.spi.BackendProvider;

/**
 * A place where kernels are synthesized and convolutions computed.
 *
 * <p>Backends come from {@link Backends}. A backend that cannot work on this machine is still
 * listed and says why; using it throws {@link BackendUnavailableException} with that reason, never
 * a silent switch to another backend. Two backends are equal if one {@linkplain BackendProvider
 * provider} is behind both; the backend of a {@linkplain org.sgconv.device.Stream#backend stream}
 * has one of its own.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Backend {

  private final BackendProvider provider;

  private Backend(BackendProvider provider) {
    this.provider = Objects.requireNonNull(provider, "provider");
  }

  /** The backend of a provider that {@link Backends} need not find. */
  public static Backend of(BackendProvider provider) {
    return new Backend(provider);
  }

  /**
   * What is behind it, usable here or not; {@link BackendProvider#of} is the same, checked.
   * Applications have no use for that.
   */
  public BackendProvider provider() {
    return provider;
  }

  /** Short unique name: {@code reference}, {@code cpu}, {@code cuda}. */
  public String name() {
    return provider.name();
  }

  /**
   * Why the backend cannot be used here, or empty if it can. An {@link InvalidSettingException}
   * says that a setting cannot be met, any other {@link SgConvException} that the backend is there
   * and does not work, and everything else that it is not there. What may have passed by the next
   * call is tried again then.
   */
  public Optional<Throwable> unavailabilityCause() {
    return provider.unavailabilityCause();
  }

  /** Whether the backend can be used here. */
  public boolean isAvailable() {
    return unavailabilityCause().isEmpty();
  }

  /**
   * Returns normally only if the backend can be used.
   *
   * @throws BackendUnavailableException with the reason as its cause
   */
  public void ensureAvailable() {
    provider.ensureAvailable();
  }

  /**
   * What the backend runs on. {@link #toString} has it in a line, or why the backend cannot be
   * used.
   *
   * @throws BackendUnavailableException if it is not available
   */
  public BackendInfo info() {
    return provider.info();
  }

  /**
   * This backend with so many threads, in a pool of its own that lasts as long as the process.
   * Asked for the same number again, it is an equal one, with the same pool. Callers of one backend
   * share its pool, and wait for each other: whoever has a share of the processors, such as a task
   * of several in one process, takes a backend with as many threads.
   *
   * @throws InvalidArgumentException if the number is not from 1 to 1024, or the backend has no
   *     threads that could be set
   */
  public Backend withThreads(int threads) {
    return new Backend(provider.withThreads(threads));
  }

  /** {@link Backends#best()} takes the available backend with the highest rank. */
  public int rank() {
    return provider.rank();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Backend backend && backend.provider.equals(provider);
  }

  @Override
  public int hashCode() {
    return provider.hashCode();
  }

  /** A line for people: what it runs on, or why it cannot be used. */
  @Override
  public String toString() {
    try {
      BackendInfo info = info();
      return name()
          + " ("
          + info.instructionSet()
          + ", "
          + info.threads()
          + (info.threads() == 1 ? " thread" : " threads")
          + (info.devices().isEmpty() ? "" : ", " + String.join("; ", info.devices()))
          + ")";
    } catch (BackendUnavailableException absent) {
      Throwable cause = absent.getCause();
      return name()
          + " (not available: "
          + (cause == null ? absent.getMessage() : cause.getMessage())
          + ")";
    }
  }
}
