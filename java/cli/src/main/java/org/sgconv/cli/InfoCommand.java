package org.sgconv.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sgconv.BackendUnavailableException;
import org.sgconv.Backends;
import org.sgconv.cli.info.BackendFacts;
import org.sgconv.cli.info.Facts;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what is here: backends, or why they are not, and the machine. */
@Command(
    name = "info",
    description =
        "List the backends: devices, instruction set, libraries, or why one is not available; and"
            + " what is known of Java and the machine.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class InfoCommand implements Callable<Integer> {

  @SuppressWarnings("NullAway.Init") // Set by picocli before call().
  @Spec
  private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--require",
      paramLabel = "NAME",
      description = "End with exit status 2 and the reason if this backend cannot be used here.")
  private @Nullable String required;

  @Override
  public Integer call() throws JsonProcessingException {
    Facts facts = Facts.collect(Version.text());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
      out.println(mapper.writeValueAsString(facts));
    } else {
      print(facts, out);
    }
    out.flush();
    // Listed like everything else; but who set something that cannot be met hears of it.
    requireSettings();
    if (required != null) {
      Backends.named(required).ensureAvailable();
    }
    return ExitStatus.OK;
  }

  private static void requireSettings() {
    try {
      Backends.best();
    } catch (BackendUnavailableException none) {
      // Said above, a backend at a time.
    }
  }

  private static void print(Facts facts, PrintWriter out) {
    out.println("sgconv " + facts.version());
    for (BackendFacts backend : facts.backends()) {
      out.println();
      out.println("backend " + backend.name() + (backend.chosen() ? " (default here)" : ""));
      if (backend.available()) {
        field(out, "version", backend.version());
        field(out, "instructions", backend.instructionSet());
        field(out, "threads", String.valueOf(backend.threads()));
        fields(out, "device", backend.devices());
        fields(out, "left out", backend.leftOut());
        fields(out, "library", backend.libraries());
      } else {
        out.println("  not available:");
        backend.causes().forEach(cause -> out.println("  " + cause));
      }
    }
    out.println();
    out.println("Java");
    facts.java().forEach((name, value) -> field(out, name, value));
    out.println();
    out.println("machine");
    facts.machine().forEach((name, value) -> field(out, name, value));
    if (!facts.settings().isEmpty()) {
      out.println();
      out.println("settings");
      facts.settings().forEach((name, value) -> field(out, name, value));
    }
  }

  private static void fields(PrintWriter out, String name, List<String> values) {
    values.forEach(value -> field(out, name, value));
  }

  private static void field(PrintWriter out, String name, String value) {
    out.printf(Locale.ROOT, "  %-14s %s%n", name, value);
  }
}
