package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.bindings.NativeBuild;

/**
 * Finding and loading OpenBLAS, of its artifact and stand-ins, each case in a process of its own.
 */
class OpenBlasProcessTest {

  private static final String RESOURCES = "org/bytedeco/openblas/linux-x86_64/";

  /** All that is asked of it; the text says whose it is. */
  private static final String STAND_IN =
      """
      char *openblas_get_config(void) { return "OpenBLAS 9.8.7 CONFIGURATION"; }
      char *openblas_get_corename(void) { return "Paper"; }
      void openblas_set_num_threads(int n) { if (n != 1) __builtin_trap(); }
      void cblas_sgemm(void) {}
      void cblas_dgemm(void) {}
      """;

  @TempDir Path folder;

  @Test
  void loadsTheArtifactWithWhatItNeeds() throws Exception {
    Path jar = artifact();
    String output = child().withNative(jar).run();
    String cache = folder.toRealPath().resolve("cache").toString();
    assertThat(output)
        .containsPattern(
            "PRODUCTS " + cache + "/libopenblas-[0-9a-f]{32}\\.so\\.0 0\\.3\\.\\d+ \\w+");
    assertThat(output.lines().filter(line -> line.startsWith("MAPPED ")).distinct())
        .hasSize(3)
        .allMatch(line -> line.startsWith("MAPPED " + cache + "/lib"));
  }

  @Test
  void prefersTheFolderOfTheProperty() throws Exception {
    Path library = standIn(folder, "");
    assertThat(child().withNative(artifact()).option(path(folder)).run())
        .contains("PRODUCTS " + library + " 9.8.7 Paper");
    assertThat(folder.resolve("cache")).doesNotExist();
  }

  @Test
  void takesTheJarWhereTheFolderOfThePropertyHasNone() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThat(child().withNative(resources("")).option(path(empty)).run())
        .contains("PRODUCTS " + folder.toRealPath().resolve("cache/libopenblas-"))
        .doesNotContain("WARNING");
  }

  @Test
  void saysWhatToAddWithoutOne() throws Exception {
    assumeFalse(
        Stream.of("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib")
            .anyMatch(place -> Files.exists(Path.of(place, "libopenblas.so.0"))),
        "SKIPPED: this machine has OpenBLAS");
    assertThat(child().run())
        .contains("FAILED NativeLibraryException: cannot load libopenblas.so.0: ")
        .contains("KIND ABSENT")
        .contains("a) add org.bytedeco:openblas for this platform (classifier linux-x86_64)")
        .contains("ATTEMPT there is no resource " + RESOURCES + "libopenblas.so.0")
        .contains("ATTEMPT no folder of this system holds a usable libopenblas.so.0 (looked in /")
        .contains("SAME");
  }

  @Test
  void refusesIntegersOf64Bits() throws Exception {
    standIn(folder, "USE64BITINT DYNAMIC_ARCH");
    assertThat(child().option(path(folder)).run())
        .contains("libopenblas.so.0 takes integers of 64 bits")
        .contains("KIND UNUSABLE");
  }

  @Test
  void refusesALibraryWithoutTheFunctions() throws Exception {
    NativeBuild.compileLibrary(folder.resolve("libopenblas.so.0"), "int f(void) { return 1; }");
    assertThat(child().option(path(folder)).run())
        .contains("libopenblas.so.0 has no function cblas_sgemm: use OpenBLAS 0.3.20 or later");
  }

  /** Falling back would compute with another library than was asked for. */
  @Test
  void doesNotFallBackFromAFileThatWasNamed() throws Exception {
    Path broken = Files.writeString(folder.resolve("libopenblas.so.0"), "no library");
    assertThat(child().withNative(artifact()).option(path(broken)).run())
        .contains("FAILED", "libopenblas.so.0 is ", "KIND SETTING");
  }

  @Test
  void looksInFoldersOfTheSystem() throws Exception {
    Path debian = Files.createDirectories(folder.resolve("usr/lib/x86_64-linux-gnu"));
    Path plain = Files.createDirectories(folder.resolve("usr/lib64"));
    assertThat(SystemFolders.existing(Map.of(), "x86_64", folder)).startsWith(debian, plain);
    assertThat(
            SystemFolders.existing(
                Map.of("LD_LIBRARY_PATH", "relative:" + plain + ":/no/such"), "x86_64", folder))
        .startsWith(plain, debian);
    Path library = standIn(plain, "");
    assertThat(child().prefix("env", "LD_LIBRARY_PATH=" + plain).run())
        .contains("PRODUCTS " + library + " 9.8.7");
  }

  @Test
  void namesFoldersOfResourcesAsTheArtifactsDo() {
    assertThat(LibraryKind.OPENBLAS.resourceFolder(new Platform("linux", "aarch64")))
        .isEqualTo("org/bytedeco/openblas/linux-arm64/");
    assertThat(LibraryKind.OPENBLAS.resourceFolder(new Platform("linux", "x86_64")))
        .isEqualTo(RESOURCES);
    assertThat(LibraryKind.OWN.resourceFolder(new Platform("linux", "aarch64")))
        .isEqualTo("org/sgconv/native/linux-aarch64/");
  }

  private ChildJvm child() {
    return new ChildJvm(folder).argument("products");
  }

  private static String path(Path value) {
    return "-Dsgconv.library.path=" + value;
  }

  /** A folder of resources with a stand-in. */
  private Path resources(String configuration) throws Exception {
    Path root = folder.resolve("resources");
    standIn(Files.createDirectories(root.resolve(RESOURCES)), configuration);
    return root;
  }

  private static Path standIn(Path place, String configuration) throws Exception {
    return NativeBuild.compileLibrary(
        place.resolve("libopenblas.so.0"), STAND_IN.replace("CONFIGURATION", configuration));
  }

  /** The jar on this test's class path. */
  private static Path artifact() throws Exception {
    URL url =
        OpenBlasProcessTest.class.getClassLoader().getResource(RESOURCES + "libopenblas.so.0");
    assertThat(url).as("org.bytedeco:openblas among the test's dependencies").isNotNull();
    JarURLConnection connection = (JarURLConnection) url.openConnection();
    return Path.of(connection.getJarFileURL().toURI());
  }
}
