package org.sgconv.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.sgconv.InvalidArgumentException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of sgconv. */
@Command(
    name = "sgconv",
    description = "Structured global convolution: convolve real signals, check, inspect.",
    subcommands = {
      RunCommand.class,
      CorrelateCommand.class,
      VerifyCommand.class,
      InfoCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer =
        "In a checkout, './sgconv bundle' builds an archive that checks and times a machine with a"
            + " GPU.")
public final class Main implements Runnable {

  /** Held here because the logging system keeps only a weak reference to it. */
  private static final Logger LIBRARY_LOG = Logger.getLogger("org.sgconv");

  @SuppressWarnings("NullAway.Init") // Set by picocli before run().
  @Spec
  private CommandSpec spec;

  /** Ends the JVM with the exit status of the command. */
  public static void main(String[] args) {
    // Numbers have a decimal point and the digits 0 to 9 wherever this runs, also in libraries.
    Locale.setDefault(Locale.ROOT);
    // Each command names its backend itself; warnings still show.
    LIBRARY_LOG.setLevel(Level.WARNING);
    LIBRARY_LOG.setUseParentHandlers(false);
    LIBRARY_LOG.addHandler(new WarningLines());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    if (StandardOutput.isClosed()) {
      // Every command writes something there, some after minutes of work.
      StandardOutput.report("it is closed", err);
      System.exit(ExitStatus.BAD_INPUT);
    }
    StandardOutput standard = new StandardOutput();
    PrintWriter out = new PrintWriter(new OutputStreamWriter(standard, System.out.charset()), true);
    int status = execute(out, err, args);
    out.flush();
    System.exit(standard.conclude(status, err));
  }

  /** Runs one command and returns its exit status. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line = new CommandLine(new Main());
    // Loaded as this class was, whatever the thread's class loader is.
    ServiceLoader.load(Subcommand.class, Main.class.getClassLoader()).forEach(line::addSubcommand);
    line.setOut(out);
    line.setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpLongOptionsMaxWidth(30);
    // An argument is what it is: a file may be called @list, or "quoted".
    line.setExpandAtFiles(false);
    line.setTrimQuotes(false);
    FailureReport.install(line);
    try {
      Arguments.requireDecoded(args, System.getProperty("sun.jnu.encoding", "UTF-8"));
      return line.execute(args);
    } catch (InvalidArgumentException undecoded) {
      FailureReport.line(line, String.valueOf(undecoded.getMessage()));
      return ExitStatus.BAD_INPUT;
    } catch (OutOfMemoryError full) {
      FailureReport.line(
          line,
          "out of memory ("
              + full.getMessage()
              + "): take a shorter signal or set JAVA_TOOL_OPTIONS=-Xmx...");
      return ExitStatus.BAD_INPUT;
    } catch (Error defect) {
      // Of the JVM or a library: without this it would be a stack trace, and status 1.
      return FailureReport.defect(
          defect, line, Arrays.asList(args).contains(FailureReport.STACK_TRACE));
    }
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "no command given: expected " + String.join(" or ", spec.subcommands().keySet()));
  }
}
