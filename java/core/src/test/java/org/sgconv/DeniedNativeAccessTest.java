package org.sgconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Java allows only with a warning today, and some day will not. */
@Timeout(120)
class DeniedNativeAccessTest {

  @TempDir Path folder;

  @Test
  void theReferenceIsTakenWithAWarning() throws Exception {
    assumeFalse(
        Boolean.getBoolean("sgconv.native.skip"),
        "-Dsgconv.native.skip: this build has no CPU library to test");
    String classPath =
        Stream.of("jdk.module.path", "java.class.path")
            .map(name -> System.getProperty(name, ""))
            .filter(path -> !path.isBlank())
            .collect(Collectors.joining(File.pathSeparator));
    String testClasses =
        Path.of(
                DeniedNativeAccess.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI())
            .toString();
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "-Xmx128m",
                "-Dsgconv.cache.dir=" + folder.resolve("cache"),
                "-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%n",
                "-cp",
                testClasses + File.pathSeparator + classPath,
                DeniedNativeAccess.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    String output = Files.readString(log);
    assertThat(ended).as(output).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output)
        .contains("reference computes 10.0")
        .contains("--enable-native-access=ALL-UNNAMED")
        .containsPattern("(?m)^WARNING taking a slower backend: .*this JVM denies native access")
        .containsPattern("(?m)^cpu: org.sgconv.BackendFailureException: .*denies native access");
  }
}
