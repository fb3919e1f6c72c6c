package org.sgconv.internal.cpu;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.sgconv.Backend;
import org.sgconv.Backends;

/** The backend of this build; missing is a failure unless the build leaves out native code. */
final class NativeBackend {

  private NativeBackend() {}

  static Backend get() {
    assumeFalse(
        Boolean.getBoolean("sgconv.native.skip"),
        "-Dsgconv.native.skip: this build has no CPU library to test");
    return Backends.cpu();
  }
}
