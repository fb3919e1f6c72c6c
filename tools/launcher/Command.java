import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Runs another program with everything that it says in a log, of which a failure shows the cause.
 */
final class Command {

  private static final int MOST_LINES = 8;

  /** Lines of Maven, CMake and compilers that say what is wrong. */
  private static final Predicate<String> CAUSE =
      Pattern.compile(
              "\\berror\\b|fatal|cannot|could not|not found|denied|no space|failed",
              Pattern.CASE_INSENSITIVE)
          .asPredicate();

  /** What is being done, echoed commands, stack traces and Maven's advice on how to ask Maven. */
  private static final Predicate<String> NOISE =
      Pattern.compile(
              "^\\[ *\\d+(/\\d+|%)\\]|^-- |^\\S*/\\S+ .* -|^(FAILED|ninja|g?make)\\b|^\\s+at "
                  + "|\\[Help \\d\\] http|full stack trace|Re-run Maven|For more information"
                  + "|^\\[ERROR\\]\\s*$")
          .asPredicate();

  private Command() {}

  static void run(
      String what, Path folder, Path log, Map<String, String> environment, List<String> command)
      throws BuildFailedException, IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(Build.environment());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    int status = process.waitFor();
    if (status != 0) {
      throw new BuildFailedException(
          what
              + " failed with exit status "
              + status
              + ":\n"
              + cause(Files.readAllLines(log, StandardCharsets.ISO_8859_1))
              + "  (everything that was said: "
              + log
              + ")");
    }
  }

  /** From the first line that says what is wrong; from the last ones if none does. */
  static String cause(List<String> lines) {
    List<String> said =
        lines.stream().filter(line -> !line.isBlank()).filter(NOISE.negate()).toList();
    int first = 0;
    while (first < said.size() && !CAUSE.test(said.get(first))) {
      first++;
    }
    if (first == said.size()) {
      first = Math.max(0, first - MOST_LINES);
    }
    StringBuilder text = new StringBuilder();
    said.stream()
        .skip(first)
        .limit(MOST_LINES)
        .forEach(line -> text.append("  ").append(line).append('\n'));
    return text.toString();
  }
}
