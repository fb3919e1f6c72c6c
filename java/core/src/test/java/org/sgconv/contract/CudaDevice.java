package org.sgconv.contract;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;
import org.sgconv.Backend;
import org.sgconv.Backends;

/** The CUDA device that tests run on, emulated or real. Missing is a failure. */
public final class CudaDevice
    implements BeforeEachCallback,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {

  /**
   * Set where a GPU must be there: then nothing excuses its absence, and no test may be skipped.
   */
  private static final boolean REQUIRED = Boolean.getBoolean("sgconv.cuda.required");

  /** The backend, usable here; skips the test only where the build has no emulated device. */
  public static Backend backend() {
    if (!REQUIRED) {
      assumeFalse(
          Boolean.getBoolean("sgconv.native.skip"),
          "-Dsgconv.native.skip: this build has no emulated CUDA device to test on");
      assumeTrue(
          System.getProperty("os.name").equals("Linux")
              && System.getProperty("os.arch").equals("amd64"),
          "SKIPPED: the emulated CUDA device is for Linux on x86-64");
    }
    Backend backend = Backends.cuda();
    if (REQUIRED && backend.info().instructionSet().equals("emulated")) {
      throw new AssertionError(
          "-Dsgconv.cuda.required asks for a GPU, this is the emulated device: "
              + backend.info().libraries());
    }
    return backend;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    backend();
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    rethrow(failure);
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    rethrow(failure);
  }

  private static void rethrow(Throwable failure) throws Throwable {
    if (REQUIRED && failure instanceof TestAbortedException) {
      throw new AssertionError("-Dsgconv.cuda.required: a skipped test is a failure", failure);
    }
    throw failure;
  }
}
