package org.sgconv.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a module offers, type by type and member by member, against the {@code public-api.txt} of
 * its artifact: a change of it is seen when it is made. {@code -Dsgconv.api.write} writes the file
 * anew. For the tests of every artifact that has such a file.
 */
public final class PublicApi {

  private static final Path FILE = Path.of("public-api.txt");
  private static final Path CLASSES = Path.of("target/classes");

  private final Class<?> member;
  private final String artifact;

  /**
   * Of the module whose artifact is built in the working folder.
   *
   * @param member a class of the module
   * @param artifact path of the artifact in the repository, for messages
   */
  public PublicApi(Class<?> member, String artifact) {
    this.member = member;
    this.artifact = artifact;
  }

  /** Fails unless the module offers what the file says. */
  public void requireAsTheFileSays() throws IOException {
    List<String> offered = signatures();
    if (System.getProperty("sgconv.api.write") != null) {
      Files.write(FILE, offered);
    }
    List<String> expected = Files.readAllLines(FILE);
    Set<String> gone = new TreeSet<>(expected);
    offered.forEach(gone::remove);
    Set<String> added = new TreeSet<>(offered);
    expected.forEach(added::remove);
    assertThat(offered)
        .as(
            "The public API is not what %s/public-api.txt says.%nGone, which breaks callers:"
                + "%n%s%nNew:%n%s%nIf that is meant, run%n  ./mvnw test -pl %s -am"
                + " -Dtest=%s -Dsgconv.api.write"
                + " -Dsurefire.failIfNoSpecifiedTests=false%nand commit the file.",
            artifact, lines(gone), lines(added), artifact, "'*PublicApiTest'")
        .isEqualTo(expected);
  }

  private static String lines(Set<String> signatures) {
    return signatures.isEmpty()
        ? "  nothing"
        : signatures.stream().map(line -> "  " + line).collect(Collectors.joining("\n"));
  }

  /** The packages that the module exports to all. */
  public List<String> exported() {
    ModuleDescriptor module = member.getModule().getDescriptor();
    assertThat(module).as("these tests run on the module path").isNotNull();
    return module.exports().stream()
        .filter(export -> !export.isQualified())
        .map(ModuleDescriptor.Exports::source)
        .sorted()
        .toList();
  }

  /** A line for each public type, and one for each member of it that callers can reach. */
  public List<String> signatures() throws IOException {
    List<String> found = new ArrayList<>();
    for (String name : exported()) {
      Path folder = CLASSES.resolve(name.replace('.', '/'));
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
          if (canBeReached(file)) {
            found.addAll(ofClass(file));
          }
        }
      }
    }
    return found.stream().sorted().toList();
  }

  /** Whether a class and all that enclose it are public or protected. */
  private boolean canBeReached(Path file) {
    String name = CLASSES.relativize(file).toString().replace(".class", "");
    try {
      Class<?> type =
          Class.forName(name.replace(File.separatorChar, '.'), false, member.getClassLoader());
      while (type != null) {
        if ((type.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) == 0) {
          return false;
        }
        type = type.getEnclosingClass();
      }
      return true;
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** As the JDK's own disassembler prints it. */
  private static List<String> ofClass(Path file) {
    ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
    StringWriter out = new StringWriter();
    StringWriter errors = new StringWriter();
    int status =
        javap.run(
            new PrintWriter(out),
            new PrintWriter(errors),
            "-protected",
            "-constants",
            "-cp",
            CLASSES.toString(),
            file.toString());
    assertThat(status).as(errors.toString()).isZero();
    List<String> printed =
        out.toString()
            .lines()
            .map(String::strip)
            .filter(
                line -> !line.isEmpty() && !line.startsWith("Compiled from") && !line.equals("}"))
            .map(line -> line.replaceAll(" \\{$|;$", ""))
            .toList();
    String type = printed.getFirst();
    String name = file.getFileName().toString().replace(".class", "");
    String qualified =
        CLASSES.relativize(file.getParent()).toString().replace(File.separatorChar, '.')
            + "."
            + name;
    List<String> signatures = new ArrayList<>(List.of(type));
    printed.stream().skip(1).map(line -> qualified + ": " + line).forEach(signatures::add);
    return signatures;
  }
}
