package org.sgconv.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.sgconv.Backend;
import org.sgconv.Backends;

/** The backends that compute layers here: what must hold on each of them is tried on each. */
public final class LayerBackends {

  private LayerBackends() {}

  /** The reference, and the cpu backend. Without it only a build without native code goes on. */
  public static Stream<Backend> all() {
    Backend cpu = Backends.cpu();
    if (!cpu.isAvailable()) {
      assertThat(Boolean.getBoolean("sgconv.native.skip"))
          .as("this build has native code, but %s", cpu.unavailabilityCause())
          .isTrue();
      return Stream.of(Backends.reference());
    }
    return Stream.of(Backends.reference(), cpu);
  }
}
