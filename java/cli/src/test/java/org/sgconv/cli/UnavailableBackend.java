package org.sgconv.cli;

import java.util.Optional;
import java.util.Set;
import org.sgconv.BackendInfo;
import org.sgconv.BackendUnavailableException;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.KernelOperations;
import org.sgconv.tensor.DType;

/** A backend that is never there and says why in several steps. */
public final class UnavailableBackend implements BackendProvider {

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

  @Override
  public Set<DType> supportedTypes() {
    throw new AssertionError("used, though it is not available");
  }

  @Override
  public KernelOperations kernels() {
    throw new AssertionError("used, though it is not available");
  }

  @Override
  public ConvolutionPlan plan(ConvolutionGeometry geometry, DType type) {
    throw new AssertionError("used, though it is not available");
  }
}
