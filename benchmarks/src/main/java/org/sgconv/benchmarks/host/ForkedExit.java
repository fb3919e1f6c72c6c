package org.sgconv.benchmarks.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the process that measures ended, by what JMH writes to its log. */
final class ForkedExit {

  private static final Pattern EXIT = Pattern.compile("failed with exit code (\\d+)");
  private static final int SIGNAL = 128;
  private static final int SIGKILL = 9;

  private ForkedExit() {}

  /** Why there is no result of the process that {@code log} is of. */
  static String describe(Path log, MemoryShares memory) throws IOException {
    // Whatever else is in the log, and in whichever encoding.
    String text =
        Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1) : "";
    int code = 0;
    for (Matcher exit = EXIT.matcher(text); exit.find(); ) {
      code = exit.group(1).length() > 3 ? 0 : Integer.parseInt(exit.group(1));
    }
    if (code == SIGNAL + SIGKILL) {
      return "the process was ended by SIGKILL, probably for lack of memory: this machine or"
          + " container has "
          + memory.physical()
          + " bytes, of which the process may use "
          + memory.heap()
          + " as Java heap; choose smaller --shapes";
    }
    return code > SIGNAL
        ? "the process was ended by signal " + (code - SIGNAL) + ", its log may say why"
        : "the process failed, its log says why";
  }
}
