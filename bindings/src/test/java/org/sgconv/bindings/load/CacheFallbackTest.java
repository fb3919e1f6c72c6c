package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.bindings.NativeBuild;

/** Where the usual cache folder cannot be used, a private one among the temporary files is. */
class CacheFallbackTest {

  private static final String MINE = "sgconv-" + ProcessUser.effectiveId();

  @TempDir Path folder;
  private Path nativeRoot;
  private Path temporary;

  @BeforeEach
  void findLibrary() throws Exception {
    nativeRoot = NativeBuild.resourceRoot();
    folder = folder.toRealPath();
    temporary = folder.resolve("tmp");
  }

  private ChildJvm child() throws IOException {
    return new ChildJvm(folder).withNative(nativeRoot).defaultCache();
  }

  @Test
  void aUserWithoutAHomeFolder() throws Exception {
    String output = child().option("-Duser.home=?").run();
    assertThat(output)
        .contains("this user has no home folder; using " + temporary.resolve(MINE) + " instead")
        .contains("OPENED " + temporary.resolve(MINE) + "/libsgconv_cpu-");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(temporary.resolve(MINE))))
        .isEqualTo("rwx------");
    assertThat(folder.resolve("?")).doesNotExist();
  }

  @Test
  void aHomeFolderThatCannotBeWrittenTo() throws Exception {
    Path home = Files.writeString(folder.resolve("home"), "a file");
    String output = child().option("-Duser.home=" + home).run();
    assertThat(output)
        .contains("WARNING: the cache folder " + home + "/.cache/sgconv cannot be used")
        .contains("set -Dsgconv.cache.dir to a folder that this user can write to")
        .contains("OPENED " + temporary.resolve(MINE) + "/libsgconv_cpu-");
  }

  @Test
  void aFolderOfThatNameThatIsNotOurs() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    ChildJvm link = child().option("-Duser.home=?");
    Files.createSymbolicLink(temporary.resolve(MINE), elsewhere);
    assertThat(link.run()).contains("OPENED " + temporary + "/sgconv-").doesNotContain(MINE + "/");
    assertThat(list(elsewhere)).isEmpty();

    Files.delete(temporary.resolve(MINE));
    Files.createDirectory(temporary.resolve(MINE));
    Files.setPosixFilePermissions(
        temporary.resolve(MINE), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(child().option("-Duser.home=?").run())
        .contains("OPENED " + temporary + "/sgconv-")
        .doesNotContain(MINE + "/");
    assertThat(list(temporary)).as("what ends with the process").containsExactly(MINE);
  }

  @Test
  void temporaryFilesThatOthersCanRename() throws Exception {
    ChildJvm child = child().option("-Duser.home=?");
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(child.run())
        .contains("FAILED NativeLibraryException")
        .contains("KIND FOLDER")
        .contains(temporary + " lets others rename what is in it (mode 777)")
        .contains("this user has no home folder");
  }

  /** Bytes that no name in this locale has: decoded, the name would be another one. */
  @Test
  void aCacheFolderThatThisLocaleCannotName() throws Exception {
    String script =
        "name=$0/$(printf '\\303\\251'); mkdir \"$name\";"
            + " exec env -i LANG=C XDG_CACHE_HOME=\"$name\" \"$@\"";
    String output = child().prefix("sh", "-c", script, folder.toString()).run();
    assertThat(output)
        .contains("its name has characters that Java cannot use here (LC_ALL=C.UTF-8 helps)")
        .contains("OPENED " + temporary.resolve(MINE) + "/libsgconv_cpu-");
  }

  @Test
  void aNoexecCacheFolderAndThenNoexecTemporaryFiles() throws Exception {
    String[] unshare = {"unshare", "-rm", "--propagation", "private"};
    Path home = Files.createDirectory(folder.resolve("home"));
    String mounted = "mount -t tmpfs -o noexec,mode=0755 tmpfs ";
    assumeTrue(
        succeeds(Stream.concat(Stream.of(unshare), Stream.of("sh", "-c", mounted + home)).toList()),
        "this system does not let a test mount a file system");
    String output =
        child()
            .prefix(unshare)
            .prefix("sh", "-c", mounted + home + " && exec \"$@\"", "sh")
            .option("-Duser.home=" + home)
            .run();
    assertThat(output)
        .contains("forbids execution (noexec) (mounted at " + home + "); using ")
        .contains("OPENED " + temporary.resolve("sgconv-0") + "/libsgconv_cpu-");
    String both =
        child()
            .prefix(unshare)
            .prefix(
                "sh", "-c", mounted + home + " && " + mounted + temporary + " && exec \"$@\"", "sh")
            .option("-Duser.home=" + home)
            .run();
    assertThat(both)
        .contains("FAILED")
        .contains("KIND FOLDER")
        .contains("(mounted at " + home + ")")
        .contains("(mounted at " + temporary + ")");
  }

  private static List<String> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static boolean succeeds(List<String> command) throws Exception {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
