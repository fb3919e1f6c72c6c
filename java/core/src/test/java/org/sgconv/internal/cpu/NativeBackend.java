package org.sgconv.internal.cpu;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.sgconv.Backends;
import org.sgconv.spi.ComputeBackend;

/** The backend of this build; missing is a failure unless the build leaves out native code. */
final class NativeBackend {

  private NativeBackend() {}

  static ComputeBackend get() {
    assumeFalse(
        Boolean.getBoolean("sgconv.native.skip"),
        "-Dsgconv.native.skip: this build has no CPU library to test");
    return ComputeBackend.of(Backends.cpu());
  }
}
