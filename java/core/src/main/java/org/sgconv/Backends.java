package org.sgconv;

import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.sgconv.spi.BackendProvider;

/**
 * The backends on the class or module path, found once through {@link ServiceLoader}.
 *
 * <p>All methods may be called from any thread. They throw {@link BackendFailureException} if a
 * provider on the path cannot be instantiated, or two have one name.
 *
 * @since 0.1.0
 */
public final class Backends {

  /**
   * System property that names the backend of {@link #best()}. A backend named here is used or its
   * absence is an error; there is no fallback.
   */
  public static final String PROPERTY = "sgconv.backend";

  /** Found on first use; a failure is not kept. Guarded by the class. */
  private static @Nullable BackendCatalogue catalogue;

  private Backends() {}

  private static synchronized BackendCatalogue catalogue() {
    BackendCatalogue known = catalogue;
    if (known == null) {
      known =
          BackendCatalogue.load(
              ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()),
              System.getLogger("org.sgconv"));
      catalogue = known;
    }
    return known;
  }

  /** Every backend, usable here or not, highest {@link Backend#rank()} first. */
  public static List<Backend> all() {
    return catalogue().all();
  }

  /**
   * The backend of that name, usable here or not: {@link Backend#unavailabilityCause()} says which.
   *
   * @throws InvalidArgumentException if there is none; the message lists the known names
   * @throws InvalidSettingException if it cannot be used because a setting of it cannot be met
   */
  public static Backend named(String name) {
    return catalogue().named(name);
  }

  /**
   * The usable backend of the highest {@link Backend#rank()}, or the one that the system property
   * {@value #PROPERTY} names. The first call logs, at INFO, which it chose and why not the others;
   * a backend that is there and cannot be used is reported once at WARNING. Where a CUDA device can
   * be used that is the cuda backend, whose tensors are on the device: make them there, or take
   * them there with {@code Tensor.moveTo(backend)}.
   *
   * @throws InvalidSettingException if the property names an unknown backend, or if a better
   *     backend than the one to be returned is there and a setting of it cannot be met
   * @throws BackendUnavailableException if the property names one that cannot be used here, or if
   *     none can
   */
  public static Backend best() {
    return catalogue().best(System.getProperty(PROPERTY));
  }

  /** The float64 reference in plain Java; works everywhere. */
  public static Backend reference() {
    return named("reference");
  }

  /**
   * The C++ backend for the host's processor, usable here or not.
   *
   * @throws InvalidSettingException if it cannot be used because a setting of it cannot be met
   */
  public static Backend cpu() {
    return named("cpu");
  }

  /**
   * The C++ backend for the host's processor with so many threads: see {@link Backend#withThreads}.
   *
   * @throws InvalidArgumentException if the number is not from 1 to 1024
   * @throws InvalidSettingException if it cannot be used because a setting of it cannot be met
   */
  public static Backend cpu(int threads) {
    return catalogue().withThreads("cpu", threads);
  }

  /**
   * The backend for NVIDIA GPUs, usable here or not: {@link Backend#unavailabilityCause()} says
   * which.
   *
   * @throws InvalidSettingException if it cannot be used because a setting of it cannot be met
   */
  public static Backend cuda() {
    return named("cuda");
  }
}
