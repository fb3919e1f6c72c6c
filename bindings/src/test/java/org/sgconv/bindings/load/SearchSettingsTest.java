package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchSettingsTest {

  private static final Map<String, String> XDG = Map.of("XDG_CACHE_HOME", "/xdg");

  @Test
  void takesThePropertyFirst() {
    assertThat(SearchSettings.cacheDirectory("/mine", XDG, "/home/a")).isEqualTo(Path.of("/mine"));
  }

  @Test
  void thenTheXdgFolder() {
    assertThat(SearchSettings.cacheDirectory(null, XDG, "/home/a"))
        .isEqualTo(Path.of("/xdg/sgconv"));
    assertThat(SearchSettings.cacheDirectory(" ", XDG, "/home/a"))
        .isEqualTo(Path.of("/xdg/sgconv"));
  }

  @Test
  void ignoresARelativeXdgFolder() {
    assertThat(SearchSettings.cacheDirectory(null, Map.of("XDG_CACHE_HOME", "relative"), "/home/a"))
        .isEqualTo(Path.of("/home/a/.cache/sgconv"));
  }

  @Test
  void thenTheHomeFolder() {
    assertThat(SearchSettings.cacheDirectory(null, Map.of(), "/home/a"))
        .isEqualTo(Path.of("/home/a/.cache/sgconv"));
  }

  /** Named folders are the only ones, also where a toolkit is installed; "" means none. */
  @Test
  void looksForTheToolkitOnlyWhereItIsSaidToBe(@TempDir Path root) throws Exception {
    Path installed = Files.createDirectories(root.resolve("usr/local/cuda/lib64"));
    assertThat(SearchSettings.toolkitFolders(null, Map.of(), root)).containsExactly(installed);
    assertThat(SearchSettings.toolkitFolders("/a:/b/c:", Map.of("CUDA_PATH", "/d"), root))
        .containsExactly(Path.of("/a"), Path.of("/b/c"));
    assertThat(SearchSettings.toolkitFolders("", Map.of(), root)).isEmpty();
  }

  @Test
  void namesPlatformsInTheWordsOfTheResources() {
    assertThat(Platform.of("Linux", "amd64").folder()).isEqualTo("linux-x86_64");
    assertThat(Platform.of("Linux", "aarch64").folder()).isEqualTo("linux-aarch64");
    assertThat(Platform.of("Mac OS X", "aarch64").folder()).isEqualTo("mac-os-x-aarch64");
  }
}
