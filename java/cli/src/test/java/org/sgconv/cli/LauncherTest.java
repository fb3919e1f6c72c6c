package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the launcher builds again, and what it builds. */
class LauncherTest extends LauncherCheckout {

  @Test
  void aWholeBuildIsUsedWhileItIsNewerThanItsSources() throws Exception {
    launch("run");
    Path whole = checkout.resolve("benchmarks/target");
    Files.createDirectories(whole);
    Files.move(checkout.resolve("target/launcher/sgconv.jar"), whole.resolve("sgconv.jar"));
    Files.delete(checkout.resolve("target/launcher/built"));

    launch("run"); // a jar alone may come from a build that was interrupted
    assertThat(calls()).contains("native build");

    Files.writeString(whole.resolve("sgconv.built"), "");
    source(MAIN, PROGRAM.formatted("second"));
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    assertThat(calls()).isEmpty();

    FileTime now = FileTime.from(Instant.now().plusSeconds(5));
    Files.setLastModifiedTime(checkout.resolve(MAIN), now);
    assertThat(launch("run").out()).isEqualTo("second run\n");
    assertThat(whole).isDirectoryContaining(file -> file.endsWith("sgconv.built"));
  }

  @Test
  void whatChangedIsBuiltAgain() throws Exception {
    launch("run");
    Path main = checkout.resolve(MAIN);
    Files.writeString(main, PROGRAM.formatted("second"));
    Files.setLastModifiedTime(main, FileTime.from(Instant.now().plusSeconds(1)));
    assertThat(launch("run").out()).isEqualTo("second run\n");
    assertThat(calls()).contains("native").doesNotContain("maven");
  }

  @Test
  void aRemovedSourceIsBuiltAgain() throws Exception {
    String name = "java/core/src/main/java/org/sgconv/Old.java";
    source(name, "package org.sgconv; class Old {}");
    launch("run");
    Path compiled = checkout.resolve("target/launcher/work/classes/org/sgconv/Old.class");
    assertThat(compiled).exists();
    Files.delete(checkout.resolve(name));
    launch("run");
    assertThat(calls()).contains("native");
    assertThat(compiled).doesNotExist();
  }

  /** After a power cut, or an editor. */
  @ParameterizedTest
  @ValueSource(strings = {"sources x\n\n", "\0\0\0", "sources \u00e9\u00ff\n", " \n \n"})
  void whateverIsInTheRecordOfABuildItIsBuilt(String record) throws Exception {
    Path built = checkout.resolve("target/launcher/built");
    Files.createDirectories(built.getParent());
    Files.writeString(built, record, StandardCharsets.ISO_8859_1);
    assertThat(launch("run").out()).isEqualTo("first run\n");
  }

  @Test
  void aSourceIsNewByWhatItSaysAndNotByItsTime() throws Exception {
    launch("run");
    Path main = checkout.resolve(MAIN);
    Files.setLastModifiedTime(main, FileTime.from(Instant.now().plusSeconds(86_400)));
    assertThat(launch("run")).isEqualTo(new Outcome(0, "first run\n", ""));
    assertThat(calls()).isEmpty();
    source(MAIN, PROGRAM.formatted("other")); // of an hour ago: the clock was set back
    assertThat(launch("run").out()).isEqualTo("other run\n");
  }

  @Test
  void objectsOfTheFutureAreNotTakenForNewOnes() throws Exception {
    launch("run");
    Path tree = Files.createDirectories(checkout.resolve("native/target/cmake-launcher"));
    Path object = Files.writeString(tree.resolve("tier.o"), "");
    source(MAIN, PROGRAM.formatted("second"));
    launch("run");
    assertThat(object).exists();
    Files.setLastModifiedTime(object, FileTime.from(Instant.now().plusSeconds(3600)));
    source(MAIN, PROGRAM.formatted("third"));
    assertThat(launch("run").out()).isEqualTo("third run\n");
    assertThat(object).doesNotExist();
  }

  @Test
  void whatABuildNeedsAndTheEnvironmentLacksIsFound() throws Exception {
    Files.createDirectories(system.resolve("usr"));
    Files.createSymbolicLink(system.resolve("usr/bin"), tools);
    String note = "echo \"$PATH $HOME ${TMPDIR:-none}\" >>\"$FAKE/calls\"\n";
    Files.writeString(fake.resolve("maven"), note);
    Files.writeString(fake.resolve("native"), "sh -c '" + note + "'\n");
    environment.putAll(Map.of("PATH", ABSENT, "HOME", ABSENT, "TMPDIR", "/nonexistent"));
    assertThat(launch("run").out()).isEqualTo("first run\n");
    String home = System.getProperty("user.home");
    assertThat(calls().lines().filter(line -> line.endsWith("/bin " + home + " none"))).hasSize(2);
  }
}
