package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeftOutTest {

  private static final Platform PLATFORM = SearchSettings.ofProcess().platform();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"'', false", "decided.sgconv_cuda=true, true", "decided.sgconv_cpu=true, false"})
  void aReasonBelongsToOneLibrary(String decision, boolean decided) throws Exception {
    Path properties =
        folder.resolve("org/sgconv/native/" + PLATFORM.folder() + "/natives.properties");
    Files.createDirectories(properties.getParent());
    Files.writeString(
        properties, "version=1\nabsent.sgconv_cuda=no device; ask for it\n" + decision);
    try (URLClassLoader resources = resources()) {
      assertThat(LeftOut.of(resources, PLATFORM, NativeLibrary.CUDA))
          .contains(new LeftOut("no device; ask for it", decided));
      assertThat(LeftOut.of(resources, PLATFORM, NativeLibrary.CPU)).isEmpty();
    }
  }

  @Test
  void withoutADescriptionNothingWasLeftOut() throws Exception {
    try (URLClassLoader resources = resources()) {
      assertThat(LeftOut.of(resources, PLATFORM, NativeLibrary.CUDA)).isEmpty();
    }
  }

  private URLClassLoader resources() throws Exception {
    return new URLClassLoader(new URL[] {folder.toUri().toURL()}, null);
  }
}
