package org.sgconv.cli.info;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.BackendUnavailableException;
import org.sgconv.Backends;
import org.sgconv.InvalidSettingException;

/**
 * Everything that a report of a problem or of a speed should state.
 *
 * @param version of sgconv
 * @param java name → value
 * @param machine name → value
 * @param settings system properties and environment variables that change what sgconv does
 */
public record Facts(
    String version,
    List<BackendFacts> backends,
    Map<String, String> java,
    Map<String, String> machine,
    Map<String, String> settings) {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

  /** Looks at this process and this machine. Backends are started to see whether they can be. */
  public static Facts collect(String version) {
    @Nullable Backend best = best();
    return new Facts(
        version,
        Backends.all().stream().map(backend -> BackendFacts.of(backend, best)).toList(),
        ofJava(),
        ofMachine(),
        ofSettings());
  }

  private static @Nullable Backend best() {
    try {
      return Backends.best();
    } catch (BackendUnavailableException | InvalidSettingException none) {
      // Then every backend's own cause is listed, which says more than this exception.
      return null;
    }
  }

  private static Map<String, String> ofJava() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("version", property("java.runtime.version"));
    facts.put("vendor", property("java.vendor"));
    facts.put("VM", property("java.vm.name"));
    facts.put("home", property("java.home"));
    facts.put("native access", Facts.class.getModule().isNativeAccessEnabled() ? "yes" : "no");
    facts.put("heap", (Runtime.getRuntime().maxMemory() >> 20) + " MiB at most");
    return facts;
  }

  private static Map<String, String> ofMachine() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put(
        "system", property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
    lineOf(CPU_INFO, "model name").ifPresent(model -> facts.put("processor", model));
    facts.put("processors", Runtime.getRuntime().availableProcessors() + " for this process");
    lineOf(MEMORY_INFO, "MemTotal").ifPresent(total -> facts.put("memory", total));
    lineOf(MEMORY_INFO, "MemAvailable").ifPresent(free -> facts.put("free memory", free));
    return facts;
  }

  private static Map<String, String> ofSettings() {
    Map<String, String> facts = new TreeMap<>();
    System.getProperties()
        .forEach(
            (name, value) -> {
              if (name.toString().startsWith("sgconv.")) {
                facts.put("-D" + name, value.toString());
              }
            });
    System.getenv()
        .forEach(
            (name, value) -> {
              if (name.startsWith("SGCONV_") || name.equals("JAVA_TOOL_OPTIONS")) {
                facts.put(name, value);
              }
            });
    return facts;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  /** The value of the first line {@code name: value} of a file that not every system has. */
  private static Optional<String> lineOf(Path file, String name) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException absent) {
      return Optional.empty();
    }
  }
}
