package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed bindings against a fresh run of jextract, where it is on the PATH. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JextractDriftTest {

  private static final Path BINDINGS = NativeBuild.projectRoot().resolve("bindings");
  private static final Path COMMITTED = BINDINGS.resolve("src/generated/java");

  /** Ours always; those of the CUDA toolkit where its headers are. */
  private static final List<String> LIBRARIES =
      Stream.of("common", "cpu", "cuda", "cudart", "cufft", "cublas")
          .filter(JextractDriftTest::hasHeader)
          .toList();

  private Path folder;
  private boolean sameVersion;

  @BeforeAll
  void generate(@TempDir Path output) throws Exception {
    folder = output;
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(entry -> Files.isExecutable(Path.of(entry, "jextract"))),
        "jextract is not on the PATH; DriftTest compares the bindings with the headers");
    List<String> arguments = new ArrayList<>(List.of("--output", folder.toString()));
    arguments.addAll(LIBRARIES);
    script(arguments.toArray(String[]::new));
    String here = Files.readString(folder.resolve("jextract.version"));
    String recorded = Files.readString(BINDINGS.resolve("jextract.version"));
    sameVersion = here.equals(recorded);
    if (!sameVersion) {
      System.getLogger(JextractDriftTest.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "the bindings were made by another jextract; only what they declare is compared, here:\n"
                  + here
                  + "recorded:\n"
                  + recorded);
    }
  }

  @Test
  void makesTheSameFiles() throws Exception {
    Map<String, String> fresh = sources(folder);
    Map<String, String> committed = sources(COMMITTED);
    committed.keySet().removeIf(name -> LIBRARIES.stream().noneMatch(it -> isOf(it, name)));
    assertThat(fresh.keySet()).isEqualTo(committed.keySet());
    committed.forEach(
        (name, text) -> {
          if (sameVersion) {
            assertThat(fresh.get(name)).as(name).isEqualTo(text);
          } else {
            assertThat(declarations(fresh.get(name))).as(name).isEqualTo(declarations(text));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"common", "cpu", "cuda"})
  void bindsAllThatTheHeadersDeclare(String library) throws Exception {
    List<String> declared = script("--list", library).lines().toList();
    assertThat(declared).isNotEmpty();
    assertThat(
            Files.readAllLines(BINDINGS.resolve(library + ".includes")).stream()
                .filter(line -> !line.startsWith("#")))
        .containsExactlyElementsOf(declared);
  }

  private static boolean isOf(String library, String name) {
    return name.contains("/bindings/" + library + "/");
  }

  private static boolean hasHeader(String library) {
    String toolkit = System.getenv().getOrDefault("SGCONV_CUDA_INCLUDE", "/usr/local/cuda/include");
    return switch (library) {
      case "cudart" -> Files.exists(Path.of(toolkit, "cuda_runtime_api.h"));
      case "cufft" ->
          Files.exists(
              Path.of(System.getenv().getOrDefault("SGCONV_CUFFT_INCLUDE", toolkit), "cufft.h"));
      case "cublas" ->
          Files.exists(
              Path.of(
                  System.getenv().getOrDefault("SGCONV_CUBLAS_INCLUDE", toolkit), "cublas_v2.h"));
      default -> true;
    };
  }

  private static String script(String... arguments) throws Exception {
    List<String> command =
        Stream.concat(Stream.of(BINDINGS.resolve("generate.sh").toString()), Stream.of(arguments))
            .toList();
    return NativeBuild.run(command);
  }

  private static Map<String, String> sources(Path root) throws IOException {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        sources.put(root.relativize(file).toString(), Files.readString(file));
      }
    }
    return sources;
  }

  /** The C declarations that jextract quotes: what holds across its versions. */
  private static List<String> declarations(String source) {
    return source
        .lines()
        .dropWhile(line -> !line.contains("{@snippet"))
        .filter(line -> line.startsWith("     * ") || line.startsWith(" * "))
        .map(String::strip)
        .distinct()
        .sorted()
        .collect(Collectors.toList());
  }
}
