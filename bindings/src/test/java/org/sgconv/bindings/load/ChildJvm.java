package org.sgconv.bindings.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Java process that runs {@link LoaderProbe} with its own options, class path and cache. */
final class ChildJvm {

  private static final Path TARGET = Path.of("target").toAbsolutePath();
  static final Path CLASSES = TARGET.resolve("classes");
  static final Path TEST_CLASSES = TARGET.resolve("test-classes");

  private final Path folder;
  private final List<String> prefix = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final List<String> arguments = new ArrayList<>();
  private List<Path> classPath = List.of(CLASSES, TEST_CLASSES);
  private String nativeAccess = "--enable-native-access=ALL-UNNAMED";

  /** A process whose cache is {@code folder/cache} unless an option says otherwise. */
  ChildJvm(Path folder) {
    this.folder = folder;
    options.add("-Dsgconv.cache.dir=" + folder.resolve("cache"));
  }

  ChildJvm classPath(Path... entries) {
    classPath = List.of(entries);
    return this;
  }

  /** Adds the jar or folder with the native library. */
  ChildJvm withNative(Path root) {
    classPath = Stream.concat(classPath.stream(), Stream.of(root)).toList();
    return this;
  }

  ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  /**
   * Leaves the choice of the cache folder to the loader; temporary files are in {@code folder/tmp}.
   */
  ChildJvm defaultCache() throws IOException {
    options.removeIf(option -> option.startsWith("-Dsgconv.cache.dir="));
    Path temporary = folder.resolve("tmp");
    if (!Files.exists(temporary)) {
      Files.createDirectory(temporary);
    }
    return option("-Djava.io.tmpdir=" + temporary);
  }

  ChildJvm nativeAccess(String option) {
    nativeAccess = option;
    return this;
  }

  ChildJvm argument(String argument) {
    arguments.add(argument);
    return this;
  }

  /** Puts words before the command, such as {@code unshare -rm}. */
  ChildJvm prefix(String... words) {
    prefix.addAll(List.of(words));
    return this;
  }

  List<String> command() {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx128m", nativeAccess));
    command.addAll(options);
    command.add("-cp");
    command.add(
        classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    command.add(LoaderProbe.class.getName());
    command.addAll(arguments);
    return command;
  }

  /** A process that was started. */
  record Running(Process process, Path log) {

    /** What it prints; it must end by itself, without a crash. */
    String output() throws Exception {
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      String output = Files.readString(log);
      assertThat(ended).as("ends within a minute: %s", output).isTrue();
      assertThat(process.exitValue()).as("exit status: %s", output).isZero();
      return output;
    }
  }

  Running start() throws Exception {
    Path log = Files.createTempFile(folder, "child", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("SGCONV_CPU_TIER");
    builder.environment().remove("XDG_CACHE_HOME");
    return new Running(builder.start(), log);
  }

  String run() throws Exception {
    return start().output();
  }
}
