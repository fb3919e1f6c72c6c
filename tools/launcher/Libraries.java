import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The jars of benchmarks/libraries, which Maven fetches into target/launcher/lib. */
final class Libraries {

  private final Path checkout;
  private final Path target;

  Libraries(Path checkout, Path target) {
    this.checkout = checkout;
    this.target = target;
  }

  void run() throws BuildFailedException, IOException, InterruptedException {
    Path lib = target.resolve("lib");
    Path stamp = target.resolve("libraries.state");
    Path projects = checkout.resolve("benchmarks", "libraries");
    String state = Trees.state(List.of(checkout.resolve("pom.xml"), projects.resolve("pom.xml")));
    if (Files.exists(stamp) && Files.readString(stamp).equals(state)) {
      return;
    }
    Files.deleteIfExists(stamp);
    Trees.delete(lib);
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
            "-DoutputDirectory=" + lib));
    Files.writeString(stamp, state);
  }
}
