package org.sgconv;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@link ClassLoaders} in a JVM of its own. */
public final class ClassLoadersProcess {

  private ClassLoadersProcess() {}

  /**
   * What it says, line by line.
   *
   * @param folder for its cache and log
   * @param options of the JVM
   * @param arguments of {@link ClassLoaders}, without the class path
   * @param classPath of the applications
   */
  public static List<String> run(
      Path folder, List<String> options, List<String> arguments, List<URI> classPath)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dsgconv.cache.dir=" + folder.resolve("cache"));
    command.addAll(options);
    command.add("-cp");
    command.add(Path.of(location(ClassLoaders.class)).toString());
    command.add(ClassLoaders.class.getName());
    command.addAll(arguments);
    classPath.forEach(each -> command.add(each.toString()));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly();
    String output = Files.readString(log);
    assertThat(ended).as(output).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output.lines().toList();
  }

  /** The folder or jar that a class comes from. */
  public static URI location(Class<?> type) throws Exception {
    return type.getProtectionDomain().getCodeSource().getLocation().toURI();
  }
}
