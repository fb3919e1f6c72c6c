import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks or rewrites the layout of Java sources: {@code FormatJava check|apply folder...}.
 *
 * <p>The build starts it with the JDK that compiles the project, because google-java-format parses
 * with the javac of the JVM it runs in and Maven itself may run on an older one.
 */
public final class FormatJava {

  private FormatJava() {}

  /** Exit status 1 if a file differs or cannot be parsed. */
  public static void main(String[] args) throws IOException {
    if (args.length < 2 || !(args[0].equals("check") || args[0].equals("apply"))) {
      System.err.println("usage: FormatJava check|apply folder...");
      System.exit(2);
    }
    boolean apply = args[0].equals("apply");
    List<Path> sources = new ArrayList<>();
    for (String folder : List.of(args).subList(1, args.length)) {
      sources.addAll(javaFilesIn(Path.of(folder)));
    }
    List<String> problems = new ArrayList<>();
    Formatter formatter = new Formatter();
    for (Path source : sources) {
      String text = Files.readString(source);
      try {
        String formatted = layout(formatter, text);
        if (formatted.equals(text)) {
          continue;
        }
        if (apply) {
          Files.writeString(source, formatted);
          System.out.println("formatted " + source);
        } else {
          problems.add(source + ": line " + firstDifference(text, formatted));
        }
      } catch (FormatterException e) {
        problems.add(source + ": " + e.getMessage());
      }
    }
    System.out.printf(
        "google-java-format: %d files, %d problems%n", sources.size(), problems.size());
    if (!problems.isEmpty()) {
      problems.forEach(System.err::println);
      System.err.println("To format the sources: ./mvnw -N -Pformat");
      System.exit(1);
    }
  }

  private static String layout(Formatter formatter, String text) throws FormatterException {
    String imports = RemoveUnusedImports.removeUnusedImports(text);
    return formatter.formatSource(ImportOrderer.reorderImports(imports, Style.GOOGLE));
  }

  private static List<Path> javaFilesIn(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static int firstDifference(String before, String after) {
    List<String> old = before.lines().toList();
    List<String> wanted = after.lines().toList();
    int line = 0;
    while (line < Math.min(old.size(), wanted.size()) && old.get(line).equals(wanted.get(line))) {
      line++;
    }
    return line + 1;
  }
}
