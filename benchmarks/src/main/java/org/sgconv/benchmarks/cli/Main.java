package org.sgconv.benchmarks.cli;

import java.io.PrintWriter;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of sgconv. */
@Command(
    name = "sgconv",
    description = "Structured global convolution: convolve real signals, check, inspect.",
    subcommands = {RunCommand.class, VerifyCommand.class, InfoCommand.class, BenchCommand.class},
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {

  /** Held here because the logging system keeps only a weak reference to it. */
  private static final Logger LIBRARY_LOG = Logger.getLogger("org.sgconv");

  @SuppressWarnings("NullAway.Init") // Set by picocli before run().
  @Spec
  private CommandSpec spec;

  /** Ends the JVM with the exit status of the command. */
  public static void main(String[] args) {
    // Each command names its backend itself; warnings still show.
    LIBRARY_LOG.setLevel(Level.WARNING);
    LIBRARY_LOG.setUseParentHandlers(false);
    LIBRARY_LOG.addHandler(new WarningLines());
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    System.exit(execute(out, err, args));
  }

  /** Runs one command and returns its exit status. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = new CommandLine(new Main());
    line.setOut(out);
    line.setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpLongOptionsMaxWidth(30);
    Failures.install(line);
    try {
      return line.execute(args);
    } catch (OutOfMemoryError full) {
      err.println(
          "sgconv: out of memory ("
              + full.getMessage()
              + "): take a shorter signal or set JAVA_TOOL_OPTIONS=-Xmx...");
      return ExitStatus.BAD_INPUT;
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "no command given: expected run, verify, info or bench");
  }
}
