package org.sgconv.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.guard.PublicApi;

/** What this module offers is what {@code public-api.txt} says. */
class LayersPublicApiTest {

  private final PublicApi api = new PublicApi(Pass.class, "java/nn");

  @Test
  void isAsTheFileSays() throws IOException {
    api.requireAsTheFileSays();
  }

  /** So that a file of nothing, or of too little, would not pass. */
  @Test
  void everyExportedPackageIsInIt() throws IOException {
    List<String> offered = api.signatures();
    assertThat(api.exported())
        .containsExactly(
            "org.sgconv.nn", "org.sgconv.nn.layer", "org.sgconv.nn.model", "org.sgconv.nn.state");
    for (String name : api.exported()) {
      assertThat(offered).as(name).anyMatch(line -> line.contains(" " + name + "."));
    }
    assertThat(offered)
        .contains("public final class org.sgconv.nn.Pass implements java.lang.AutoCloseable")
        .noneMatch(line -> line.contains("LinearParameters"));
  }
}
