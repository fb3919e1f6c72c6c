package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.bindings.NativeBuild;

/** Finding and loading, each case in a process of its own, with the library of this build. */
class LoaderProcessTest {

  @TempDir Path folder;
  private Path nativeRoot;

  @BeforeEach
  void findLibrary() throws Exception {
    nativeRoot = NativeBuild.resourceRoot();
  }

  @Test
  void loadsFromTheJarThroughTheCache() throws Exception {
    String output = new ChildJvm(folder).withNative(nativeRoot).argument("context").run();
    assertThat(output).contains("OPENED " + folder.toRealPath().resolve("cache/libsgconv_cpu-"));
    assertThat(output.lines().filter("CONTEXT 1"::equals)).hasSize(2);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("cache"))))
        .isEqualTo("rwx------");
    assertThat(cached()).hasSize(1);
  }

  @Test
  void saysWhatIsMissingWithoutALibrary() throws Exception {
    String output = new ChildJvm(folder).run();
    assertThat(output)
        .contains(
            "FAILED NativeLibraryException: cannot load libsgconv_cpu.so: there is no resource")
        .contains("Possible solutions: a) add org.sgconv:sgconv-native")
        .contains("--add-modules org.sgconv.natives")
        .contains("-Dsgconv.library.path")
        .contains("ATTEMPT there is no resource org/sgconv/native/linux-x86_64/libsgconv_cpu.so")
        .contains("SAME");
  }

  @Test
  void prefersTheFolderOrFileOfTheProperty() throws Exception {
    Path library = NativeBuild.copyOfLibrary(folder);
    for (Path value : List.of(folder, library)) {
      String output =
          new ChildJvm(folder)
              .withNative(nativeRoot)
              .option("-Dsgconv.library.path=" + value)
              .run();
      assertThat(output).contains("OPENED " + library + " ");
    }
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void takesTheFirstEntryOfThePropertyThatHasTheLibrary() throws Exception {
    Path library = NativeBuild.copyOfLibrary(folder);
    Path empty = Files.createDirectory(folder.resolve("empty"));
    String output =
        new ChildJvm(folder).option("-Dsgconv.library.path=" + empty + "::" + folder).run();
    assertThat(output).contains("OPENED " + library + " ");
  }

  @Test
  void doesNotFallBackFromAPathThatDoesNotExist() throws Exception {
    String output =
        new ChildJvm(folder)
            .withNative(nativeRoot)
            .option("-Dsgconv.library.path=/no/such/folder")
            .run();
    assertThat(output)
        .contains("FAILED")
        .contains("-Dsgconv.library.path=/no/such/folder: there is no /no/such/folder")
        .contains("KIND SETTING");
  }

  /** Some library must have been meant. */
  @Test
  void doesNotPassOverAFileThatIsNoLibraryOfOurs() throws Exception {
    Path library = NativeBuild.copyOfLibrary(folder);
    Path renamed = Files.copy(library, folder.resolve("libsgconv_cpu-debug.so"));
    String option = "-Dsgconv.library.path=" + renamed;
    assertThat(new ChildJvm(folder).withNative(nativeRoot).option(option).run())
        .contains("FAILED", option + ": " + renamed + " has the name of no library of sgconv")
        .contains("libsgconv_cpu.so, libcudart.so.13")
        .contains("KIND SETTING");
  }

  @Test
  void warnsWhenTheFolderLacksTheLibrary() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    String option = "-Dsgconv.library.path=" + empty;
    String output = new ChildJvm(folder).withNative(nativeRoot).option(option).run();
    assertThat(output)
        .contains("WARNING: " + option + " holds no libsgconv_cpu.so")
        .contains("OPENED");
    String both = new ChildJvm(folder).option(option).run();
    assertThat(both)
        .contains("ATTEMPT " + option + " holds no libsgconv_cpu.so")
        .contains("ATTEMPT there is no resource");
  }

  @Test
  void replacesADamagedFileInTheCache() throws Exception {
    new ChildJvm(folder).withNative(nativeRoot).run();
    Path file = cached().getFirst();
    byte[] original = Files.readAllBytes(file);
    byte[] damaged = original.clone();
    for (int i = 4096; i < damaged.length; i += 64) {
      damaged[i] ^= 0x55;
    }
    Files.write(file, damaged);
    assertThat(new ChildJvm(folder).withNative(nativeRoot).run()).contains("OPENED " + file);
    assertThat(Files.readAllBytes(file)).isEqualTo(original);
  }

  @Test
  void letsProcessesExtractAtTheSameTime() throws Exception {
    List<ChildJvm.Running> children = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      children.add(new ChildJvm(folder).withNative(nativeRoot).argument("context").start());
    }
    for (ChildJvm.Running child : children) {
      assertThat(child.output()).contains("OPENED").contains("CONTEXT 1");
    }
    assertThat(cached()).hasSize(1);
  }

  @Test
  void namesThePropertyWhenTheCacheCannotBeUsed() throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path file = Files.writeString(folder.resolve("file"), "");
    for (Path cache : List.of(open, file, file.resolve("below"))) {
      String output =
          new ChildJvm(folder).withNative(nativeRoot).option("-Dsgconv.cache.dir=" + cache).run();
      assertThat(output)
          .contains("FAILED")
          .contains("KIND SETTING")
          .contains("-Dsgconv.cache.dir=" + cache + ": ")
          .contains("set -Dsgconv.cache.dir to a folder that");
    }
  }

  @Test
  void explainsANoexecFileSystem() throws Exception {
    String[] unshare = {"unshare", "-rm", "--propagation", "private"};
    Path mount = Files.createDirectory(folder.resolve("noexec"));
    String mounted = "mount -t tmpfs -o noexec,mode=0755 tmpfs " + mount;
    assumeTrue(
        succeeds(Stream.concat(Stream.of(unshare), Stream.of("sh", "-c", mounted)).toList()),
        "this system does not let a test mount a file system");
    String output =
        new ChildJvm(folder)
            .withNative(nativeRoot)
            .prefix(unshare)
            .prefix("sh", "-c", mounted + " && exec \"$@\"", "sh")
            .option("-Dsgconv.cache.dir=" + mount.resolve("cache"))
            .run();
    assertThat(output)
        .contains("lies on a file system that forbids execution (noexec) (mounted at " + mount)
        .contains("set -Dsgconv.cache.dir to a folder that this user can write to and execute from")
        .contains("KIND SETTING");
  }

  @Test
  void loadsOnAnInterruptedThreadAndLeavesItInterrupted() throws Exception {
    String output = new ChildJvm(folder).withNative(nativeRoot).argument("interrupted").run();
    assertThat(output).contains("OPENED").contains("STILL INTERRUPTED");
  }

  @Test
  void triesAgainWhatMayHavePassed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    String output =
        new ChildJvm(folder)
            .withNative(nativeRoot)
            .option("-Dsgconv.cache.dir=" + file)
            .argument("mend=" + file)
            .run();
    assertThat(output)
        .contains("FAILED")
        .contains("OPENED " + file.toRealPath() + "/libsgconv_cpu-");
  }

  @Test
  void saysHowToAllowNativeAccess() throws Exception {
    String output =
        new ChildJvm(folder)
            .withNative(nativeRoot)
            .nativeAccess("--enable-native-access=java.base")
            .option("--illegal-native-access=deny")
            .run();
    assertThat(output)
        .contains("this JVM denies native access to sgconv")
        .contains("start Java with --enable-native-access=ALL-UNNAMED");
  }

  private List<Path> cached() throws IOException {
    try (Stream<Path> files = Files.list(folder.toRealPath().resolve("cache"))) {
      return files.toList();
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
