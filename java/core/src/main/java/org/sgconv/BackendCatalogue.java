package org.sgconv;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sgconv.spi.BackendProvider;

/** A fixed list of backends and the choice among them; apart from {@link Backends} for tests. */
final class BackendCatalogue {

  private final List<Backend> backends;
  private final Logger logger;
  private final AtomicBoolean choiceLogged = new AtomicBoolean();
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  BackendCatalogue(List<Backend> backends, Logger logger) {
    Set<String> names = new HashSet<>();
    for (Backend backend : backends) {
      if (!names.add(backend.name())) {
        throw new BackendFailureException(
            backend.name(),
            "two providers have this name, one of them "
                + backend.provider().getClass().getName()
                + "; remove one from the class or module path");
      }
    }
    this.backends =
        backends.stream()
            .sorted(Comparator.comparingInt(Backend::rank).reversed().thenComparing(Backend::name))
            .toList();
    this.logger = logger;
  }

  /**
   * Instantiates the providers. One that cannot even be instantiated is an error, not an absence.
   */
  static BackendCatalogue load(Iterable<BackendProvider> providers, Logger logger) {
    List<Backend> found = new ArrayList<>();
    Iterator<BackendProvider> each = providers.iterator();
    try {
      while (each.hasNext()) {
        found.add(Backend.of(each.next()));
      }
    } catch (java.util.ServiceConfigurationError error) {
      throw new BackendFailureException("(unknown)", String.valueOf(error.getMessage()), error);
    }
    return new BackendCatalogue(found, logger);
  }

  List<Backend> all() {
    return backends;
  }

  Backend named(String name) {
    return requireSettings(lookUp(name));
  }

  /**
   * The backend of that name with so many threads; the one with another number is not started for
   * it.
   */
  Backend withThreads(String name, int threads) {
    return requireSettings(lookUp(name).withThreads(threads));
  }

  private Backend lookUp(String name) {
    Objects.requireNonNull(name, "name");
    return find(name, "unknown backend '" + name + "'", InvalidArgumentException::new);
  }

  /**
   * The backend of that name, whether or not it is available.
   *
   * @param unknown what to say, before the known names, if there is none
   */
  private Backend find(
      String name, String unknown, Function<String, InvalidArgumentException> failure) {
    return backends.stream()
        .filter(backend -> backend.name().equals(name))
        .findFirst()
        .orElseThrow(() -> failure.apply(unknown + "; known: " + names()));
  }

  /** The backend, whether or not it is available, if its settings can be met. */
  private static Backend requireSettings(Backend backend) {
    backend.unavailabilityCause().ifPresent(BackendCatalogue::throwIfSetting);
    return backend;
  }

  private String names() {
    return backends.stream().map(Backend::name).collect(Collectors.joining(", "));
  }

  /** Whoever set something wants that and nothing else. */
  private static void throwIfSetting(Throwable cause) {
    if (cause instanceof InvalidSettingException setting) {
      throw setting;
    }
  }

  Backend best(@Nullable String override) {
    Backend chosen;
    String reason;
    if (override != null) {
      String unknown = "-D" + Backends.PROPERTY + "=" + override + ": unknown backend";
      chosen = requireSettings(find(override, unknown, InvalidSettingException::new));
      chosen.ensureAvailable();
      reason = "named by the system property " + Backends.PROPERTY;
    } else {
      chosen = highestAvailable();
      reason = "highest rank of those available";
    }
    if (choiceLogged.compareAndSet(false, true)) {
      logger.log(Level.INFO, explain(chosen, reason));
    }
    return chosen;
  }

  private Backend highestAvailable() {
    for (Backend backend : backends) {
      Optional<Throwable> cause = backend.unavailabilityCause();
      if (cause.isEmpty()) {
        return backend;
      }
      throwIfSetting(cause.get());
      warnIfBroken(backend, cause.get());
    }
    InvalidArgumentException cause =
        new InvalidArgumentException(
            backends.isEmpty()
                ? "no provider of "
                    + BackendProvider.class.getName()
                    + " on the class or module path"
                : "every backend is unavailable: " + reasons(null, false));
    for (Backend backend : backends) {
      backend.unavailabilityCause().ifPresent(cause::addSuppressed);
    }
    throw new BackendUnavailableException("best", cause);
  }

  /** A backend that is there and does not work is worth a person's time; one that is not is not. */
  private void warnIfBroken(Backend backend, Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof SgConvException && warned.add(backend.name() + ": " + message)) {
      logger.log(Level.WARNING, "taking a slower backend: " + message);
    }
  }

  private String explain(Backend chosen, String reason) {
    String others = reasons(chosen, true);
    return "backend "
        + chosen.name()
        + " chosen: "
        + reason
        + (others.isEmpty() ? "" : "; not " + others);
  }

  /** Why each backend but {@code chosen} was not taken. */
  private String reasons(@Nullable Backend chosen, boolean probeAll) {
    List<String> parts = new ArrayList<>();
    for (Backend other : backends) {
      if (other.equals(chosen)) {
        continue;
      }
      // A lower-ranked backend is not probed: that might load native code for a log line.
      String why =
          probeAll && chosen != null && other.rank() < chosen.rank()
              ? "ranks lower (" + other.rank() + " < " + chosen.rank() + ")"
              : other
                  .unavailabilityCause()
                  .map(cause -> String.valueOf(cause.getMessage()))
                  .orElse("not asked for");
      parts.add(other.name() + " (" + why + ")");
    }
    return String.join(", ", parts);
  }
}
