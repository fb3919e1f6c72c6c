package org.sgconv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.guard.PublicApi;

/** What this module offers is what {@code public-api.txt} says. */
class PublicApiTest {

  private final PublicApi api = new PublicApi(Backend.class, "java/core");

  @Test
  void isAsTheFileSays() throws IOException {
    api.requireAsTheFileSays();
  }

  /** So that a file of nothing, or of too little, would not pass. */
  @Test
  void everyExportedPackageIsInIt() throws IOException {
    List<String> offered = api.signatures();
    for (String name : api.exported()) {
      assertThat(offered).as(name).anyMatch(line -> line.contains(" " + name + "."));
    }
    assertThat(offered)
        .contains(
            "public final class org.sgconv.Backend",
            "org.sgconv.tensor.Tensor: public long elementCount()",
            "public final class org.sgconv.kernel.KernelSpec$Builder")
        .noneMatch(line -> line.contains("org.sgconv.internal"));
  }
}
