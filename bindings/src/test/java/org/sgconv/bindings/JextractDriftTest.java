package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The committed bindings against a fresh run of jextract, where it is on the PATH. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JextractDriftTest {

  private static final Path BINDINGS = NativeBuild.projectRoot().resolve("bindings");
  private static final Path COMMITTED = BINDINGS.resolve("src/generated/java");

  private Path folder;
  private boolean sameVersion;

  @BeforeAll
  void generate(@TempDir Path output) throws Exception {
    folder = output;
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(entry -> Files.isExecutable(Path.of(entry, "jextract"))),
        "jextract is not on the PATH; DriftTest compares the bindings with the headers");
    script("--output", folder.toString());
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
    assertThat(fresh.keySet()).isEqualTo(sources(COMMITTED).keySet());
    sources(COMMITTED)
        .forEach(
            (name, text) -> {
              if (sameVersion) {
                assertThat(fresh.get(name)).as(name).isEqualTo(text);
              } else {
                assertThat(declarations(fresh.get(name))).as(name).isEqualTo(declarations(text));
              }
            });
  }

  @Test
  void bindsAllThatTheHeadersDeclare() throws Exception {
    List<String> declared = script("--list", "cpu").lines().toList();
    assertThat(declared).isNotEmpty();
    assertThat(
            Files.readAllLines(BINDINGS.resolve("cpu.includes")).stream()
                .filter(line -> !line.startsWith("#")))
        .containsExactlyElementsOf(declared);
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
