import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The jars of benchmarks/libraries, which Maven fetches into a folder of target/launcher that is
 * named after what defines them: the build that there is keeps its own.
 */
final class Libraries {

  private static final String PREFIX = "lib-";

  private final Path checkout;
  private final Path target;
  private final Path projects;
  private final Path folder;
  private final List<String> built;

  /**
   * @param built lines of the build that there is, which names its folder in one
   */
  Libraries(Path checkout, Path target, List<String> built) throws IOException {
    this.checkout = checkout;
    this.target = target;
    this.projects = checkout.resolve("benchmarks", "libraries");
    this.folder =
        target.resolve(
            PREFIX
                + Trees.state(
                    checkout, List.of(checkout.resolve("pom.xml"), projects.resolve("pom.xml"))));
    this.built = built;
  }

  /** Where they are after {@link #run()}. */
  Path folder() {
    return folder;
  }

  void run() throws BuildFailedException, IOException, InterruptedException {
    deleteOthers();
    if (Files.exists(folder)) {
      return;
    }
    Path fetched = target.resolve("work", "lib");
    Trees.delete(fetched);
    String options = System.getenv().getOrDefault("MAVEN_OPTS", "");
    Command.run(
        "fetching libraries with Maven (it needs the network, or what ~/.m2/settings.xml names)",
        checkout,
        target.resolve("libraries.log"),
        // Maven is gone before the better compiler would pay.
        Map.of("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC " + options),
        List.of(
            checkout.resolve("mvnw").toString(),
            "-B",
            "-q",
            "-f",
            projects.toString(),
            "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies",
            "-DoutputDirectory=" + fetched));
    Files.move(fetched, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Whatever is neither the last build's, which programs may still be running, nor the next's. */
  private void deleteOthers() throws IOException {
    List<Path> all;
    try (Stream<Path> entries = Files.list(target)) {
      all = entries.filter(entry -> entry.getFileName().toString().startsWith(PREFIX)).toList();
    }
    for (Path other : all) {
      if (!other.equals(folder) && !built.contains("libraries " + other.getFileName())) {
        Trees.delete(other);
      }
    }
  }
}
