import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;

/** Compiles every module into one folder and packs that into one jar, sgconv.jar. */
final class JavaStep {

  private static final String MAIN = "org.sgconv.cli.Main";

  private static final Pattern VERSION =
      Pattern.compile("<artifactId>sgconv-parent</artifactId>\\s*<version>([^<]+)</version>");

  private final Path checkout;
  private final Path work;
  private final Path libraries;
  private final Path classes;

  JavaStep(Path checkout, Path target, Path libraries) {
    this.checkout = checkout;
    this.work = target.resolve("work");
    this.libraries = libraries;
    this.classes = work.resolve("classes");
  }

  /** Where {@link #pack} puts the jar, in the folder in which builds work. */
  static Path jar(Path work) {
    return work.resolve("sgconv.jar");
  }

  void compile() throws BuildFailedException, IOException {
    List<Path> roots = new ArrayList<>();
    for (String root :
        List.of(
            "bindings/src/main/java",
            "bindings/src/generated/java",
            "java/core/src/main/java",
            "java/nn/src/main/java",
            "java/cli/src/main/java",
            "benchmarks/src/main/java")) {
      roots.add(checkout.resolve(root));
    }
    List<Path> inputs = new ArrayList<>(roots);
    inputs.add(libraries);
    Path stamp = work.resolve("java.state");
    String state = Trees.state(checkout, inputs);
    if (Files.exists(stamp) && Files.readString(stamp).equals(state)) {
      return;
    }
    Files.deleteIfExists(stamp);
    Trees.delete(classes);
    String classPath =
        libraries().stream()
            .map(Path::toString)
            .collect(Collectors.joining(java.io.File.pathSeparator));
    // No warnings: those are for `./mvnw verify`. JMH's processor writes the list of benchmarks.
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-nowarn",
                "-Xlint:none",
                "-parameters",
                "-encoding",
                "UTF-8",
                "--add-modules",
                "jdk.incubator.vector",
                "--class-path",
                classPath,
                "--processor-path",
                classPath,
                "-d",
                classes.toString()));
    for (Path root : roots) {
      Trees.files(root).stream()
          .map(Path::toString)
          .filter(file -> file.endsWith(".java") && !file.endsWith("module-info.java"))
          .forEach(arguments::add);
    }
    run("compiling Java", "javac", arguments);
    Files.writeString(stamp, state);
  }

  void pack(List<Path> natives) throws BuildFailedException, IOException {
    Path resources = work.resolve("resources");
    Trees.delete(resources);
    Trees.copy(checkout.resolve("java/core/src/main/resources"), resources);
    Trees.copy(checkout.resolve("java/cli/src/main/resources"), resources);
    Trees.copy(checkout.resolve("benchmarks/src/main/resources"), resources);
    for (Path folder : natives) {
      Trees.copy(folder, resources);
    }
    for (String text : List.of("LICENSE", "NOTICE")) {
      Path copy = resources.resolve("META-INF", text);
      Files.createDirectories(copy.getParent());
      Files.copy(checkout.resolve(text), copy, StandardCopyOption.REPLACE_EXISTING);
    }
    Path manifest = work.resolve("manifest");
    Files.writeString(
        manifest,
        classPath()
            + "Main-Class: "
            + MAIN
            + "\nImplementation-Version: "
            + version()
            + "\nEnable-Native-Access: ALL-UNNAMED\n");
    run(
        "packing",
        "jar",
        List.of(
            "--create",
            "--no-compress",
            "--file=" + jar(work),
            "--manifest=" + manifest,
            "-C",
            classes.toString(),
            ".",
            "-C",
            resources.toString(),
            "."));
  }

  private List<Path> libraries() throws IOException {
    return Trees.files(libraries);
  }

  /** A header of the manifest, whose lines may have 72 bytes: one library a line. */
  private String classPath() throws IOException {
    StringBuilder text = new StringBuilder("Class-Path: ");
    for (Path library : libraries()) {
      text.append("\n  ").append(libraries.getFileName()).append('/').append(library.getFileName());
    }
    return text.append('\n').toString();
  }

  private String version() throws IOException, BuildFailedException {
    Matcher found = VERSION.matcher(Files.readString(checkout.resolve("pom.xml")));
    if (!found.find()) {
      throw new BuildFailedException("pom.xml has no version of sgconv-parent");
    }
    return found.group(1);
  }

  private static void run(String what, String tool, List<String> arguments)
      throws BuildFailedException {
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    int status =
        ToolProvider.findFirst(tool)
            .orElseThrow(() -> new BuildFailedException("this JDK has no " + tool))
            .run(writer, writer, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new BuildFailedException(
          what + " failed:\n" + Command.cause(said.toString().lines().toList()));
    }
  }
}
