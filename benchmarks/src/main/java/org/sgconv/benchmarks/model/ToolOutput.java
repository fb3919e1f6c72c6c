package org.sgconv.benchmarks.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a program of the system, such as git, says about this machine. */
final class ToolOutput {

  private static final long MOST_SECONDS = 10;

  private ToolOutput() {}

  /**
   * What it prints, stripped; nothing if it is not there, fails, or takes longer than 10 s, as it
   * may for ever on a broken driver.
   */
  static Optional<String> of(String... command) {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException absent) {
      return Optional.empty();
    }
    Thread limit = Thread.ofVirtual().start(() -> endLate(process));
    try {
      // Read first: a program whose output nobody takes never ends.
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(text.strip()) : Optional.empty();
    } catch (IOException cutOff) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      limit.interrupt();
      process.destroyForcibly();
    }
  }

  private static void endLate(Process process) {
    try {
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
