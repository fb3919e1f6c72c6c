package org.sgconv.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.sgconv.Backend;
import org.sgconv.spi.BackendProvider;

/** On the class path the providers come from a file, on the module path from the module. */
class ProvidersTest {

  @Test
  void areTheSameOnBothPaths() throws Exception {
    ModuleDescriptor module = Backend.class.getModule().getDescriptor();
    assertThat(module).as("these tests run on the module path").isNotNull();
    try (InputStream file =
        Backend.class.getResourceAsStream(
            "/META-INF/services/" + BackendProvider.class.getName())) {
      assertThat(file).isNotNull();
      assertThat(new String(file.readAllBytes(), StandardCharsets.UTF_8).lines())
          .containsExactlyInAnyOrderElementsOf(
              module.provides().stream()
                  .filter(provided -> provided.service().equals(BackendProvider.class.getName()))
                  .flatMap(provided -> provided.providers().stream())
                  .toList());
    }
  }
}
