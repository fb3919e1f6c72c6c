package org.sgconv.benchmarks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.sgconv.SgConvException;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Turns failures into one line on standard error and an exit status. {@code --stacktrace} adds
 * where it happened.
 */
final class Failures {

  private static final String STACK_TRACE = "--stacktrace";

  private Failures() {}

  static void install(CommandLine line) {
    line.setParameterExceptionHandler(Failures::badParameter);
    line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command));
    for (CommandLine command : line.getSubcommands().values()) {
      command
          .getCommandSpec()
          .addOption(
              OptionSpec.builder(STACK_TRACE)
                  .type(boolean.class)
                  .description("Show where in the program a failure happened.")
                  .build());
    }
  }

  private static int badParameter(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    line(command, failure.getMessage() + " (try '" + name + " --help')");
    return ExitStatus.BAD_INPUT;
  }

  private static int report(Exception failure, CommandLine command) {
    int status = status(failure);
    String message = text(failure);
    boolean trace = command.getParseResult().hasMatchedOption(STACK_TRACE);
    line(
        command,
        status == ExitStatus.DEFECT
            ? "defect in sgconv: " + failure + (trace ? "" : "; --stacktrace shows where")
            : message);
    if (trace) {
      PrintWriter err = command.getErr();
      failure.printStackTrace(err);
      err.flush();
    }
    return status;
  }

  private static int status(Exception failure) {
    return switch (failure) {
      case CheckFailedException check -> ExitStatus.CHECK_FAILED;
      case SgConvException bad -> ExitStatus.BAD_INPUT;
      case IOException bad -> ExitStatus.BAD_INPUT;
      default -> ExitStatus.DEFECT;
    };
  }

  private static String text(Exception failure) {
    return switch (failure) {
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case NoSuchFileException missing -> missing.getFile() + ": does not exist";
      default -> String.valueOf(failure.getMessage());
    };
  }

  private static void line(CommandLine command, String message) {
    PrintWriter err = command.getErr();
    err.println("sgconv: " + message.strip().replaceAll("\\s*\\R\\s*", "; "));
    err.flush();
  }
}
