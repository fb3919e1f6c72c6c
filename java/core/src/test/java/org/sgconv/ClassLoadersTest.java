package org.sgconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.bindings.CpuLibrary;

/** Applications that come and go in one JVM, each in a class loader of its own. */
@Timeout(180)
class ClassLoadersTest {

  private static final String RESOURCE = "org/sgconv/native/linux-x86_64/libsgconv_cpu.so";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"one-by-one,close", "one-by-one,forget", "at-once,close", "at-once,forget"})
  void eachGetsTheNativeBackendAndIsCollectedWithItsThreads(String order, String what)
      throws Exception {
    List<String> said = run(order, what);
    assertThat(said)
        .filteredOn(line -> line.startsWith("cpu"))
        .hasSize(5)
        .containsOnly("cpu 0 2 4");
    assertThat(said).filteredOn("pool threads seen"::equals).hasSize(5);
    assertThat(said).contains("loaders left 0", "pool threads left 0");
    // A tensor that nobody closed stays in memory, and so in the count; a plan is freed.
    long forgotten =
        said.stream()
            .filter(line -> line.startsWith("forgot "))
            .mapToLong(line -> Long.parseLong(line.substring("forgot ".length())))
            .sum();
    assertThat(forgotten > 0).isEqualTo(what.equals("forget"));
    assertThat(said).contains("held " + forgotten);
  }

  @ParameterizedTest
  @ValueSource(strings = {"one-by-one", "at-once"})
  void allTogetherHoldNoMoreThanTheLimit(String order) throws Exception {
    long limit = 2 * DeployedProgram.HELD_BYTES + 1;
    List<String> said = run(order, "hold", "-Dsgconv.host.memory=" + limit);
    assertThat(said)
        .filteredOn(("took " + DeployedProgram.HELD_BYTES)::equals)
        .as("two of five fit: %s", said)
        .hasSize(2);
    assertThat(said)
        .filteredOn(line -> line.startsWith("refused: "))
        .hasSize(3)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("hold " + 2 * DeployedProgram.HELD_BYTES + " already")
                    .contains(limit + " are allowed in all"));
    assertThat(said).contains("loaders left 0", "held " + 2 * DeployedProgram.HELD_BYTES);
  }

  private List<String> run(String order, String what, String... options) throws Exception {
    assumeFalse(
        Boolean.getBoolean("sgconv.native.skip"),
        "-Dsgconv.native.skip: this build has no CPU library to test");
    List<URI> classPath = new ArrayList<>();
    for (Class<?> each : List.of(Backends.class, CpuLibrary.class, ClassLoadersTest.class)) {
      classPath.add(ClassLoadersProcess.location(each));
    }
    classPath.add(nativeRoot());
    List<String> all = new ArrayList<>(List.of("-Dsgconv.cpu.threads=3"));
    all.addAll(List.of(options));
    return ClassLoadersProcess.run(folder, all, List.of("5", order, what, "-"), classPath);
  }

  /** The folder or jar that holds the library of this build. */
  private static URI nativeRoot() throws Exception {
    URL url = ClassLoadersTest.class.getClassLoader().getResource(RESOURCE);
    assertThat(url).as("resource %s, made by the native module", RESOURCE).isNotNull();
    URLConnection connection = url.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return jar.getJarFileURL().toURI();
    }
    String text = url.toString();
    return URI.create(text.substring(0, text.length() - RESOURCE.length()));
  }
}
