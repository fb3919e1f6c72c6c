package org.sgconv.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program that is in the middle of a file until a signal ends it, while a thread and a process of
 * its own fill a temporary folder as fast as they can.
 */
final class UnfinishedOutput {

  private UnfinishedOutput() {}

  public static void main(String[] args) throws IOException {
    TemporaryPath work = TemporaryPath.folder();
    Thread.ofPlatform().daemon().start(() -> fill(work.path()));
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

  private static void fill(Path folder) {
    try {
      for (long i = 0; ; i++) {
        Files.createFile(folder.resolve("thread-" + i));
      }
    } catch (IOException gone) {
      // So it should be.
    }
  }
}
