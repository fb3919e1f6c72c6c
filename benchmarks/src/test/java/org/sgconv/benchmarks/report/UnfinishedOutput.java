package org.sgconv.benchmarks.report;

import java.io.IOException;
import java.nio.file.Path;

/** A program that is in the middle of a file, with a process of its own, until a signal ends it. */
final class UnfinishedOutput {

  private UnfinishedOutput() {}

  public static void main(String[] args) throws IOException {
    Process child = new ProcessBuilder("sleep", "600").start();
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
