package org.sgconv.cli;

import java.util.Optional;
import org.sgconv.Backend;
import org.sgconv.BackendInfo;
import org.sgconv.BackendUnavailableException;

/** A backend that is never there and says why in several steps. */
public final class UnavailableBackend implements Backend {

  static final String NAME = "absent";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Throwable> unavailabilityCause() {
    Throwable cause = new IllegalStateException("no library of that name: install it");
    cause.addSuppressed(new IllegalStateException("tried /first/place"));
    cause.addSuppressed(
        new IllegalStateException("tried /second/place", new IllegalStateException("noexec")));
    return Optional.of(cause);
  }

  @Override
  public BackendInfo info() {
    throw new BackendUnavailableException(NAME, unavailabilityCause().orElseThrow());
  }

  @Override
  public int rank() {
    return -2000;
  }
}
