package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolkitFoldersTest {

  @TempDir Path root;

  private Path folder(String name) throws Exception {
    return Files.createDirectories(root.resolve(name));
  }

  @Test
  void theEnvironmentComesFirstThenTheNewestInstallation() throws Exception {
    Path named = folder("elsewhere/lib64");
    Path listed = folder("of/the/linker");
    Path old = folder("usr/local/cuda-13.9/lib64");
    Path newest = folder("usr/local/cuda-13.10/lib64");
    Path linked = folder("usr/local/cuda/lib64");
    Path usual = folder("usr/lib64");
    Files.writeString(
        folder("etc/ld.so.conf.d").resolve("cuda.conf"), "# comment\n" + listed + "\n");
    Map<String, String> environment =
        Map.of("CUDA_PATH", root.resolve("elsewhere").toString(), "LD_LIBRARY_PATH", "relative:");
    assertThat(ToolkitFolders.existing(environment, root))
        .containsExactly(named, linked, newest, old, listed, usual);
  }

  @Test
  void whatIsNotThereIsNotTried() {
    assertThat(ToolkitFolders.existing(Map.of("CUDA_HOME", "/nowhere"), root)).isEmpty();
  }
}
