package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchSettingsTest {

  private static final Map<String, String> XDG = Map.of("XDG_CACHE_HOME", "/xdg");

  @Test
  void takesTheCacheFolderOfThePropertyAndNoOther() {
    assertThat(CacheFolder.candidates("/mine", XDG, "/home/a", "/tmp"))
        .containsExactly(new CacheFolder("/mine", CacheFolder.Kind.NAMED));
  }

  @Test
  void thenTheXdgFolderAndTheTemporaryOne() {
    for (String property : new String[] {null, " "}) {
      assertThat(CacheFolder.candidates(property, XDG, "/home/a", "/tmp"))
          .containsExactly(
              new CacheFolder("/xdg/sgconv", CacheFolder.Kind.OWN),
              new CacheFolder("/tmp", CacheFolder.Kind.TEMPORARY));
    }
  }

  @Test
  void thenTheHomeFolder() {
    for (Map<String, String> environment :
        List.<Map<String, String>>of(Map.of(), Map.of("XDG_CACHE_HOME", "relative"))) {
      assertThat(CacheFolder.candidates(null, environment, "/home/a", "/tmp").getFirst().text())
          .isEqualTo("/home/a/.cache/sgconv");
    }
  }

  @Test
  void neverMakesAHomeFolderBelowTheWorkingDirectory() {
    CacheFolder folder = CacheFolder.candidates(null, Map.of(), "?", "/tmp").getFirst();
    assertThatThrownBy(() -> folder.open(ProcessUser.effectiveId()))
        .isInstanceOfSatisfying(
            LoadAttemptException.class, e -> assertThat(e.failure()).isEqualTo(LoadFailure.FOLDER))
        .hasMessageContaining("this user has no home folder");
  }

  /** Named folders are the only ones, also where a toolkit is installed; "" means none. */
  @Test
  void looksForTheToolkitOnlyWhereItIsSaidToBe(@TempDir Path root) throws Exception {
    Path installed = Files.createDirectories(root.resolve("usr/local/cuda/lib64"));
    Path other = Files.createDirectory(root.resolve("other"));
    assertThat(ToolkitFolders.existing(Map.of(), root)).containsExactly(installed);
    assertThat(ToolkitFolders.named(other + ":" + root + ":")).containsExactly(other, root);
    assertThat(ToolkitFolders.named("")).isEmpty();
    assertThatThrownBy(() -> ToolkitFolders.named(other + ":/no/such"))
        .isInstanceOfSatisfying(
            LoadAttemptException.class, e -> assertThat(e.failure()).isEqualTo(LoadFailure.SETTING))
        .hasMessageContaining("there is no folder /no/such");
  }

  @Test
  void namesPlatformsInTheWordsOfTheResources() {
    assertThat(Platform.of("Linux", "amd64").folder()).isEqualTo("linux-x86_64");
    assertThat(Platform.of("Linux", "aarch64").folder()).isEqualTo("linux-aarch64");
    assertThat(Platform.of("Mac OS X", "aarch64").folder()).isEqualTo("mac-os-x-aarch64");
  }
}
