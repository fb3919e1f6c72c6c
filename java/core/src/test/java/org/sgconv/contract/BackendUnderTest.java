package org.sgconv.contract;

import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;

/**
 * What the parts of the contract are about. A test class for a backend and an element type
 * implements this and the parts.
 */
interface BackendUnderTest {

  /** Name of the backend. */
  String backendName();

  /** Of the signals. */
  DType type();

  default Tolerance tolerance() {
    return Tolerance.of(type());
  }

  /** Of kernels' gradients, which are stored in a type of their own. */
  default Tolerance kernelTolerance() {
    return Tolerance.of(type().kernelType());
  }

  /**
   * Of two results that were both computed: each may be off, and of 16 bits each is rounded once.
   */
  default Tolerance ofBoth() {
    return tolerance().times(2);
  }

  /** Before each test, so that no test takes an excuse for the failure it expects. */
  @BeforeEach
  default void requireBackend() {
    backend();
  }

  /** The backend. One that should be there and is not fails the test. */
  default Backend backend() {
    Backend backend = Backends.named(backendName());
    if (!backend.isAvailable()) {
      boolean excused = Boolean.getBoolean("sgconv.native.skip") || !isSupportedPlatform();
      Assumptions.assumeFalse(
          excused,
          () ->
              "SKIPPED: backend '"
                  + backendName()
                  + "' is not built here (-Dsgconv.native.skip, or this platform): "
                  + backend.unavailabilityCause());
      backend.ensureAvailable();
    }
    return backend;
  }

  /** What a failure message begins with. */
  default String label(Object testCase) {
    return backendName() + " " + type() + " " + testCase + Seed.replay();
  }

  private static boolean isSupportedPlatform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return system.contains("linux") && System.getProperty("os.arch").equals("amd64");
  }
}
