package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The native side of a test: the library that this build made, and small ones compiled by the test.
 * With {@code -Dsgconv.native.skip} such tests are skipped and say so; otherwise what is missing is
 * a failure.
 */
public final class NativeBuild {

  private static final String RESOURCE = "org/sgconv/native/linux-x86_64/libsgconv_cpu.so";

  private NativeBuild() {}

  /** Skips the test if this build leaves out native code. */
  public static void assumeNative() {
    assumeFalse(
        Boolean.getBoolean("sgconv.native.skip"),
        "-Dsgconv.native.skip: this build has no native libraries to test");
  }

  /** The folder or jar that holds the library as a resource. */
  public static Path resourceRoot() throws Exception {
    assumeNative();
    URL url = NativeBuild.class.getClassLoader().getResource(RESOURCE);
    assertThat(url).as("resource %s, made by the native module", RESOURCE).isNotNull();
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return Path.of(jar.getJarFileURL().toURI());
    }
    String text = url.toString();
    return Path.of(URI.create(text.substring(0, text.length() - RESOURCE.length())));
  }

  /** A copy of the library that this build made. */
  public static Path copyOfLibrary(Path folder) throws IOException {
    assumeNative();
    Path copy = folder.resolve("libsgconv_cpu.so");
    try (var in = NativeBuild.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      assertThat(in).as("resource %s, made by the native module", RESOURCE).isNotNull();
      Files.copy(in, copy);
    }
    return copy;
  }

  /** Compiles C code; options follow the file names. */
  public static Path compile(Path output, String source, String... options) throws Exception {
    assumeCompiler();
    Path file = Files.writeString(output.resolveSibling(output.getFileName() + ".c"), source);
    List<String> command = new ArrayList<>(List.of("cc", "-o", output.toString(), file.toString()));
    command.addAll(List.of(options));
    run(command);
    return output;
  }

  /** Compiles C code to a shared library. */
  public static Path compileLibrary(Path output, String source, String... options)
      throws Exception {
    List<String> all = new ArrayList<>(List.of("-shared", "-fPIC"));
    all.addAll(List.of(options));
    return compile(output, source, all.toArray(String[]::new));
  }

  /** Output of a command that must succeed. */
  public static String run(List<String> command) throws Exception {
    Path log = Files.createTempFile("sgconv-test", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
      String output = Files.readString(log);
      assertThat(process.exitValue()).as("%s: %s", command, output).isZero();
      return output;
    } finally {
      Files.delete(log);
    }
  }

  /** The top of the source tree. */
  public static Path projectRoot() {
    return Path.of(System.getProperty("sgconv.root", "..")).toAbsolutePath().normalize();
  }

  private static void assumeCompiler() {
    boolean present;
    try {
      present = new ProcessBuilder("cc", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      present = false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (Boolean.getBoolean("sgconv.native.skip")) {
      assumeTrue(present, "no C compiler on the PATH");
    }
    assertThat(present).as("C compiler 'cc' on the PATH, as for the native module").isTrue();
  }
}
