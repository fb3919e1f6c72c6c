package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryCacheTest {

  private static final FileTime OLD = FileTime.fromMillis(1_000_000_000_000L);

  @TempDir Path folder;
  private Path directory;
  private URL resource;

  @BeforeEach
  void writeResource() throws IOException {
    directory = folder.resolve("a/b/cache");
    resource = resource("the library");
  }

  @Test
  void keepsTheContentForThisUserAlone() throws Exception {
    Path file = extract();
    assertThat(file).hasContent("the library").hasParent(directory.toRealPath());
    assertThat(file.getFileName().toString()).matches("libsgconv_cpu-[0-9a-f]{32}\\.so");
    assertThat(permissions(directory)).isEqualTo("rwx------");
    assertThat(permissions(file)).isEqualTo("rwx------");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void usesTheFileAgain() throws Exception {
    Path file = extract();
    Files.setLastModifiedTime(file, OLD);
    assertThat(extract()).isEqualTo(file);
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(OLD);
  }

  @Test
  void keepsDifferentContentsApart() throws Exception {
    Path first = extract();
    resource = resource("another library");
    assertThat(extract()).isNotEqualTo(first).hasContent("another library");
    assertThat(first).hasContent("the library");
  }

  @Test
  void replacesADamagedFile() throws Exception {
    Path file = extract();
    Files.writeString(file, "the librarY");
    assertThat(extract()).isEqualTo(file).hasContent("the library");
    Files.writeString(file, "");
    assertThat(extract()).hasContent("the library");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void replacesAFileThatOthersCanWrite() throws Exception {
    Path file = extract();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwx---"));
    Files.setLastModifiedTime(file, OLD);
    extract();
    assertThat(permissions(file)).isEqualTo("rwx------");
    assertThat(Files.getLastModifiedTime(file)).isNotEqualTo(OLD);
  }

  @Test
  void replacesALinkAndLeavesItsTargetAlone() throws Exception {
    Path file = extract();
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "the library");
    Files.delete(file);
    Files.createSymbolicLink(file, elsewhere);
    assertThat(Files.isSymbolicLink(extract())).isFalse();
    assertThat(elsewhere).hasContent("the library");
  }

  @Test
  void refusesAFolderThatOthersCanWrite() throws Exception {
    Files.createDirectories(directory);
    for (String open : List.of("rwxrwx---", "rwx----w-", "rwxrwxrwx")) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(open));
      assertThatThrownBy(this::extract)
          .as(open)
          .isInstanceOf(LoadAttemptException.class)
          .hasMessageContaining(directory.toRealPath() + " could be written by another user");
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(extract()).hasContent("the library");
  }

  @Test
  void refusesAFolderOfAnotherUser() throws Exception {
    Path file = extract();
    int stranger = ProcessUser.effectiveId() + 1;
    if (ProcessUser.effectiveId() == 0) { // the superuser is trusted: give the folder away
      Files.setAttribute(directory, "unix:uid", 4711);
      assertThatThrownBy(this::extract)
          .isInstanceOfSatisfying(
              LoadAttemptException.class,
              e -> assertThat(e.remedy()).contains("-Dsgconv.cache.dir"))
          .hasMessageContaining("owner 4711");
      Files.setAttribute(directory, "unix:uid", 0);
      Files.setAttribute(file, "unix:uid", 4711);
      extract();
      assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(0);
    } else {
      assertThatThrownBy(() -> PrivateDirectory.open(directory, stranger))
          .isInstanceOf(LoadAttemptException.class)
          .hasMessageContaining("this process runs as " + stranger);
    }
  }

  @Test
  void saysWhyAFolderCannotBeMade() throws Exception {
    Files.writeString(folder.resolve("file"), "");
    directory = folder.resolve("file/cache");
    assertThatThrownBy(this::extract).isInstanceOf(IOException.class).hasMessageContaining("file");
  }

  @Test
  void leavesNothingBehindWhenReadingFails() throws Exception {
    PrivateDirectory.open(directory, ProcessUser.effectiveId());
    URL missing = folder.resolve("missing").toUri().toURL();
    assertThatThrownBy(
            () ->
                new LibraryCache(PrivateDirectory.open(directory, ProcessUser.effectiveId()))
                    .extract(NativeLibrary.CPU, missing))
        .isInstanceOf(IOException.class);
    assertThat(files()).isEmpty();
  }

  private Path extract() throws Exception {
    return new LibraryCache(PrivateDirectory.open(directory, ProcessUser.effectiveId()))
        .extract(NativeLibrary.CPU, resource);
  }

  private URL resource(String content) throws IOException {
    Path file = folder.resolve("resource");
    return Files.write(file, content.getBytes(StandardCharsets.UTF_8)).toUri().toURL();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory.toRealPath())) {
      return all.toList();
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
