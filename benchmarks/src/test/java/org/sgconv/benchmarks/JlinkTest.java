package org.sgconv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** An application and the three modules of the library as one image, by the command of the docs. */
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class JlinkTest {

  private static final String MODULE_INFO =
      """
      module app {
        requires org.sgconv;%s
      }
      """;

  /** An impulse of two at lag one doubles the signal, one sample later. */
  private static final String MAIN =
      """
      package app;

      import org.sgconv.Backend;
      import org.sgconv.Backends;
      import org.sgconv.ConvolutionMode;
      import org.sgconv.conv.LongConvolution;
      import org.sgconv.tensor.Tensor;

      public class Main {
        public static void main(String[] args) {
          Backend cpu = Backends.named("cpu");
          try (var convolution = LongConvolution.create(cpu, ConvolutionMode.CAUSAL, 1, 1, 4);
              Tensor k = Tensor.of(cpu, new float[] {0, 2, 0, 0}, 1, 1, 4);
              var spectrum = convolution.prepare(k);
              Tensor u = Tensor.of(cpu, new float[] {1, 2, 3, 4}, 1, 1, 4);
              Tensor y = convolution.forward(spectrum, u)) {
            for (float value : y.toFloatArray()) {
              System.out.println(Math.round(value));
            }
          }
        }
      }
      """;

  @TempDir Path folder;

  @Test
  void aProgramThatRequiresTheNativeModuleRunsFromAnImage() throws Exception {
    String path = compile(MODULE_INFO.formatted("\n  requires org.sgconv.natives;"));
    Path image = folder.resolve("image");
    tool("jlink", "--module-path", path, "--add-modules", "app", "--output", image.toString());
    assertThat(run(image, "--enable-native-access=org.sgconv.bindings", "-m", "app/app.Main"))
        .containsExactly("0", "2", "4", "6");
  }

  @Test
  void anImageCanAddTheNativeModuleToAnyProgram() throws Exception {
    String path = compile(MODULE_INFO.formatted(""));
    Path image = folder.resolve("image");
    tool(
        "jlink",
        "--module-path",
        path,
        "--add-modules",
        "app,org.sgconv.natives",
        "--add-options=--add-modules=org.sgconv.natives"
            + " --enable-native-access=org.sgconv.bindings",
        "--output",
        image.toString());
    assertThat(run(image, "-m", "app/app.Main")).containsExactly("0", "2", "4", "6");
  }

  /** The module path with the compiled application on it. */
  private String compile(String moduleInfo) throws Exception {
    Path sources = Files.createDirectories(folder.resolve("source/app"));
    Path info = Files.writeString(sources.resolveSibling("module-info.java"), moduleInfo);
    Path main = Files.writeString(sources.resolve("Main.java"), MAIN);
    Path classes = folder.resolve("app");
    String library =
        String.join(
            File.pathSeparator,
            rootOf("org/sgconv/Backend.class"),
            rootOf("org/sgconv/bindings/load/NativeLibrary.class"),
            rootOf("org/sgconv/native/linux-x86_64/libsgconv_cpu.so"));
    tool(
        "javac",
        "--module-path",
        library,
        "-d",
        classes.toString(),
        info.toString(),
        main.toString());
    return library + File.pathSeparator + classes;
  }

  /** The jar, or before packaging the folder, that has a file of the class path. */
  private static String rootOf(String file) throws Exception {
    URL url = JlinkTest.class.getClassLoader().getResource(file);
    assertThat(url).as(file).isNotNull();
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return Path.of(jar.getJarFileURL().toURI()).toString();
    }
    String text = url.toString();
    return Path.of(URI.create(text.substring(0, text.length() - file.length()))).toString();
  }

  private static void tool(String name, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    int status = ToolProvider.findFirst(name).orElseThrow().run(out, out, arguments);
    assertThat(status).as("%s says:%n%s", name, said).isZero();
  }

  private static List<String> run(Path image, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(image.resolve("bin/java").toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said.lines().toList();
  }
}
