package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.Backend;
import org.sgconv.bindings.load.NativeLibraries;

/**
 * CUDA's libraries out of {@code org.bytedeco:cuda-redist} on the class path: the profile {@code
 * cuda-redist} fetches it and runs this. Child processes look in no toolkit, so that one which is
 * installed cannot stand in for the artifact, and share a cache that is empty at first.
 */
@Tag("cuda-redist")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class CudaRedistTest {

  private static final String RESOURCES = "org/bytedeco/cuda/linux-x86_64/";

  /** The driver's answers, as the runtime asks for them: CUDA 13.1 but no device, or too old. */
  private static final String DRIVER =
      """
      #include <string.h>
      int cuInit(unsigned flags) { return 100; }
      int cuDriverGetVersion(int *version) { *version = VERSION; return 0; }
      static int refuse(void) { return 100; }
      int cuGetProcAddress_v2(const char *name, void **to, int version, unsigned long long flags,
                              int *found) {
        if (found) *found = 0;
        if (!strcmp(name, "cuInit")) *to = (void *)cuInit;
        else if (!strcmp(name, "cuDriverGetVersion")) *to = (void *)cuDriverGetVersion;
        else if (!strcmp(name, "cuGetProcAddress")) *to = (void *)cuGetProcAddress_v2;
        else *to = (void *)refuse;
        return 0;
      }
      int cuGetProcAddress(const char *name, void **to, int version, unsigned long long flags) {
        return cuGetProcAddress_v2(name, to, version, flags, 0);
      }
      """;

  private Path folder;
  private Path redist;
  private Path kernels;

  /** A library of CUDA kernels needs the runtime, by its name alone. */
  @BeforeAll
  void prepare(@TempDir Path made) throws Exception {
    folder = made;
    String jar = System.getProperty("sgconv.cuda.redist");
    assertThat(jar).as("the artifact; run ./mvnw -Pcuda-redist").isNotNull();
    redist = Path.of(jar);
    assertThat(redist).isRegularFile();
    Path runtime = made.resolve("libcudart.so.13");
    compile(runtime, "int cudaRuntimeGetVersion(int *v) { return *v = 1; }", soname(runtime));
    kernels = made.resolve("libsgconv_cuda.so");
    compile(
        kernels,
        "int cudaRuntimeGetVersion(int *); int f(int *v) { return cudaRuntimeGetVersion(v); }",
        runtime.toString());
    Files.delete(runtime);
  }

  @Test
  void loadsTheExtractedLibrariesInTheirOrder() throws Exception {
    Path cache = folder.resolve("cache");
    String output = probe(cache, null);
    Path cudart = extracted(cache, "libcudart", ".so.13");
    Path cufft = extracted(cache, "libcufft", ".so.12");
    String jar = "file:" + redist;
    // The runtime was there before the library that needs it: nothing else could have provided it.
    assertThat(output)
        .contains("LOADED CUDA " + kernels + " from -Dsgconv.library.path=")
        .containsPattern("LOADED CUDA .*: status 0, version 1[3-9]0\\d0\n")
        .contains("LOADED CUDART " + cudart + " from jar:" + jar + "!/" + RESOURCES)
        .contains("LOADED CUFFT " + cufft + " from jar:" + jar + "!/" + RESOURCES)
        .containsPattern("LOADED CUFFT .*: status 0, version 12\\d{3}\n");
    assertThat(output.lines().filter(line -> line.startsWith("MAPPED ")).distinct())
        .containsExactlyInAnyOrder("MAPPED " + kernels, "MAPPED " + cudart, "MAPPED " + cufft);
    // Another process finds the files there and does not write them again.
    FileTime written = Files.getLastModifiedTime(cufft);
    assertThat(probe(cache, null)).contains("LOADED CUFFT " + cufft);
    assertThat(Files.getLastModifiedTime(cufft)).isEqualTo(written);
  }

  @Test
  void aMachineWithoutADriverIsToldSo() throws Exception {
    assumeFalse(Files.exists(Path.of("/dev/nvidiactl")), "SKIPPED: this machine has a driver");
    assertThat(probe(folder.resolve("cache"), null))
        .containsPattern(
            "UNAVAILABLE no CUDA device: there is no NVIDIA driver \\(libcuda.so.1\\) on this"
                + " machine; the CUDA runtime 13\\.\\d+ is there: install the driver\n")
        .contains("BEST ")
        .doesNotContain("BEST cuda");
  }

  @Test
  void aDriverWithoutADeviceIsToldApart() throws Exception {
    assertThat(probe(folder.resolve("cache"), driver(13010)))
        .contains(
            "UNAVAILABLE no CUDA device: the NVIDIA driver finds no device that this process may"
                + " use (check nvidia-smi)\n");
  }

  @Test
  void aDriverThatIsTooOldIsToldApart() throws Exception {
    assertThat(probe(folder.resolve("cache"), driver(12080)))
        .containsPattern(
            "UNAVAILABLE no CUDA device: the NVIDIA driver is for CUDA 12\\.8, the CUDA runtime is"
                + " 13\\.\\d+: update the driver\n");
  }

  /** A driver that the runtime finds before any real one. */
  private Path driver(int version) throws Exception {
    Path place = Files.createDirectories(folder.resolve("driver-" + version));
    Path library = place.resolve("libcuda.so.1");
    compile(library, DRIVER.replace("VERSION", String.valueOf(version)), soname(library));
    return place;
  }

  /** The file of that content in the cache. */
  private Path extracted(Path cache, String stem, String extension) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (ZipFile zip = new ZipFile(redist.toFile());
        InputStream content =
            new DigestInputStream(
                zip.getInputStream(zip.getEntry(RESOURCES + stem + extension)), digest)) {
      content.transferTo(OutputStream.nullOutputStream());
    }
    String hash = HexFormat.of().formatHex(digest.digest()).substring(0, 32);
    Path file = cache.resolve(stem + "-" + hash + extension);
    assertThat(file).isRegularFile();
    return file;
  }

  private String probe(Path cache, Path driver) throws Exception {
    List<String> classPath = new ArrayList<>();
    for (Class<?> type : List.of(Backend.class, NativeLibraries.class, CudaRedistTest.class)) {
      classPath.add(
          Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
    }
    classPath.add(natives());
    classPath.add(redist.toString());
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-Dsgconv.cuda.toolkit=",
            "-Dsgconv.cache.dir=" + cache,
            "-Dsgconv.library.path=" + kernels,
            "-cp",
            String.join(File.pathSeparator, classPath),
            RedistProbe.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches("(CUDA_|JAVA_|LD_|SGCONV_).*"));
    if (driver != null) {
      builder.environment().put("LD_LIBRARY_PATH", driver.toString());
    }
    return run(builder);
  }

  /** The jar or folder with our own libraries. */
  private static String natives() throws Exception {
    String name = "org/sgconv/native/linux-x86_64/libsgconv_cpu.so";
    URL url = CudaRedistTest.class.getClassLoader().getResource(name);
    assertThat(url).isNotNull();
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return Path.of(jar.getJarFileURL().toURI()).toString();
    }
    return Path.of(URI.create(url.toString().replace(name, ""))).toString();
  }

  private static String soname(Path library) {
    return "-Wl,-soname," + library.getFileName();
  }

  private static void compile(Path library, String source, String option) throws Exception {
    Path file = Files.writeString(library.resolveSibling(library.getFileName() + ".c"), source);
    run(
        new ProcessBuilder(
                "cc", "-shared", "-fPIC", "-o", library.toString(), file.toString(), option)
            .redirectErrorStream(true));
  }

  private static String run(ProcessBuilder builder) throws Exception {
    Path log = Files.createTempFile("sgconv-redist", ".log");
    try {
      Process process = builder.redirectOutput(log.toFile()).start();
      boolean ended = process.waitFor(120, TimeUnit.SECONDS);
      process.destroyForcibly();
      String output = Files.readString(log);
      assertThat(ended).as("ends within two minutes: %s", output).isTrue();
      assertThat(process.exitValue()).as("%s: %s", builder.command(), output).isZero();
      return output;
    } finally {
      Files.delete(log);
    }
  }
}
