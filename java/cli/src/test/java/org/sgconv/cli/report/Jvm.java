package org.sgconv.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a JVM of its own with the classes of this one. */
public final class Jvm {

  private Jvm() {}

  /**
   * How a command line begins that takes note of signals: those to a Maven in the background are
   * ignored, and then by everything that it starts.
   */
  public static List<String> withSignals() {
    boolean can = System.getProperty("os.name").equals("Linux");
    return can ? List.of("env", "--default-signal=HUP,INT") : List.of();
  }

  /** The command line of a main class. */
  public static List<String> command(List<String> options, Class<?> main, String... args) {
    List<String> command = new ArrayList<>(withSignals());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return command;
  }

  /** Starts it; what it says of itself goes where that of this process goes. */
  public static Process start(List<String> options, Class<?> main, String... args)
      throws IOException {
    return new ProcessBuilder(command(options, main, args))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
