package org.sgconv.benchmarks.report;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A program that is in the middle of a file, with a process of its own that writes into a temporary
 * folder, until a signal ends it.
 */
final class UnfinishedOutput {

  private UnfinishedOutput() {}

  public static void main(String[] args) throws IOException {
    TemporaryPath work = TemporaryPath.folder();
    // As often as it can, so that it would fill the folder again while that is deleted.
    String script = "i=0; while true; do i=$((i + 1)); echo >\"$0/$i\"; done";
    Process child = new ProcessBuilder("sh", "-c", script, work.path().toString()).start();
    OutputFile.write(
        Path.of(args[0]),
        out -> {
          out.write(new byte[1 << 20]);
          out.flush();
          System.out.println(child.pid());
          try {
            Thread.sleep(600_000);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        });
  }
}
