package org.sgconv.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import org.sgconv.SgConvException;
import org.sgconv.text.FileFailure;
import org.sgconv.text.PrintableText;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns failures into one line on standard error and an exit status. {@code --stacktrace} adds
 * where it happened.
 */
final class FailureReport {

  /** An option of every command. */
  static final String STACK_TRACE = "--stacktrace";

  /** Longer lines are cut: an argument or a list of names may be a megabyte. */
  private static final int MOST_CHARACTERS = 4000;

  private FailureReport() {}

  static void install(CommandLine line) {
    line.setParameterExceptionHandler(FailureReport::badParameter);
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
    String hint =
        failure instanceof UnmatchedArgumentException unmatched
            ? unmatched.getUnmatched().stream()
                .filter(FailureReport::isFile)
                .findFirst()
                .map(file -> "for the file of that name write ./" + file)
                .orElse("try '" + name + " --help'")
            : "try '" + name + " --help'";
    // Room for the hint is left.
    String message = cut(String.valueOf(failure.getMessage()), MOST_CHARACTERS / 2);
    line(command, message + " (" + hint + ")");
    return ExitStatus.BAD_INPUT;
  }

  private static String cut(String text, int most) {
    return text.length() <= most
        ? text
        : text.substring(0, most) + "... (cut: " + text.length() + " characters)";
  }

  private static boolean isFile(String argument) {
    return argument.startsWith("-") && Files.exists(Path.of(argument));
  }

  private static int report(Exception failure, CommandLine command) {
    boolean trace = command.getParseResult().hasMatchedOption(STACK_TRACE);
    int status = status(failure);
    if (status == ExitStatus.DEFECT) {
      return defect(failure, command, trace);
    }
    line(command, text(failure));
    if (trace) {
      trace(failure, command);
    }
    return status;
  }

  /** Says that this program, or what it stands on, is wrong, and returns the status of that. */
  static int defect(Throwable failure, CommandLine command, boolean trace) {
    line(command, "defect in sgconv: " + failure + (trace ? "" : "; --stacktrace shows where"));
    if (trace) {
      trace(failure, command);
    }
    return ExitStatus.DEFECT;
  }

  private static void trace(Throwable failure, CommandLine command) {
    PrintWriter err = command.getErr();
    failure.printStackTrace(err);
    err.flush();
  }

  private static int status(Exception failure) {
    return switch (failure) {
      case CheckFailedException check -> ExitStatus.CHECK_FAILED;
      case SgConvException bad -> ExitStatus.BAD_INPUT;
      case IOException bad -> ExitStatus.BAD_INPUT;
      case UncheckedIOException bad -> ExitStatus.BAD_INPUT;
      case InvalidPathException bad -> ExitStatus.BAD_INPUT;
      default -> ExitStatus.DEFECT;
    };
  }

  private static String text(Exception failure) {
    return switch (failure) {
      case IOException bad -> FileFailure.describe(bad);
      case UncheckedIOException bad -> FileFailure.describe(Objects.requireNonNull(bad.getCause()));
      case InvalidPathException bad ->
          "'" + bad.getInput() + "' is no name that a file can have here: " + bad.getReason();
      default -> String.valueOf(failure.getMessage());
    };
  }

  /** Writes one line, whatever the message holds. */
  static void line(CommandLine command, String message) {
    PrintWriter err = command.getErr();
    String line = message.strip().replaceAll("\\s*\\R\\s*", "; ");
    err.println("sgconv: " + PrintableText.escape(cut(line, MOST_CHARACTERS)));
    err.flush();
  }
}
