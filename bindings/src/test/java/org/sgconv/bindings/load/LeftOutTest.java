package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftOutTest {

  private static final Platform PLATFORM = SearchSettings.ofProcess().platform();

  @TempDir Path folder;

  @Test
  void aReasonBelongsToOneLibrary() throws Exception {
    Path properties =
        folder.resolve("org/sgconv/native/" + PLATFORM.folder() + "/natives.properties");
    Files.createDirectories(properties.getParent());
    Files.writeString(properties, "version=1\nabsent.sgconv_cuda=no device; ask for it\n");
    try (URLClassLoader resources = resources()) {
      assertThat(LeftOut.reason(resources, PLATFORM, NativeLibrary.CUDA))
          .contains("no device; ask for it");
      assertThat(LeftOut.reason(resources, PLATFORM, NativeLibrary.CPU)).isEmpty();
    }
  }

  @Test
  void withoutADescriptionNothingWasLeftOut() throws Exception {
    try (URLClassLoader resources = resources()) {
      assertThat(LeftOut.reason(resources, PLATFORM, NativeLibrary.CUDA)).isEmpty();
    }
  }

  private URLClassLoader resources() throws Exception {
    return new URLClassLoader(new URL[] {folder.toUri().toURL()}, null);
  }
}
