package org.sgconv.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file beside its target until it takes the target's place. If it never does, it goes: when this
 * is closed, or when the JVM shuts down (SIGINT, SIGTERM, SIGHUP) while it is written.
 */
final class TemporaryFile implements AutoCloseable {

  private final Path path;
  private final Path target;

  // Held only while a file is written: a hook that stays would pin this class's loader.
  private final Thread atShutdown = new Thread(this::end, "sgconv-remove-temporary-file");

  private boolean registered;
  private boolean ended;

  TemporaryFile(Path target) {
    this.target = target;
    // Short and ASCII, whatever the target is called: a name may have 255 bytes, and the locale's
    // encoding may not be able to spell the target's.
    this.path = target.resolveSibling(".sgconv-" + UUID.randomUUID() + ".tmp");
  }

  /** Creates it; the stream does not care about interrupts. */
  synchronized OutputStream create() throws IOException {
    try {
      Runtime.getRuntime().addShutdownHook(atShutdown);
      registered = true;
    } catch (IllegalStateException e) {
      throw new IOException("the JVM is shutting down", e);
    }
    return Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Has the disk hold what was written. */
  void flush() throws IOException {
    Uninterrupted.call(
        () -> {
          try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
            return path;
          }
        });
  }

  /** Renames it, over an older file if there is one. */
  synchronized void becomeTarget() throws IOException {
    if (ended) {
      throw new IOException("the JVM is shutting down");
    }
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    ended = true;
  }

  /** Removes it, unless it has become its target. */
  @Override
  public void close() throws IOException {
    try {
      remove();
    } finally {
      forgetShutdown();
    }
  }

  private void forgetShutdown() {
    if (registered) {
      try {
        Runtime.getRuntime().removeShutdownHook(atShutdown);
      } catch (IllegalStateException e) {
        // The JVM is shutting down: the hook runs, and finds nothing to do.
      }
    }
  }

  Thread shutdownHook() {
    return atShutdown;
  }

  private synchronized void remove() throws IOException {
    if (!ended) {
      ended = true;
      Files.deleteIfExists(path);
    }
  }

  private void end() {
    try {
      remove();
    } catch (IOException e) {
      System.getLogger("org.sgconv.io")
          .log(System.Logger.Level.WARNING, "temporary file cannot be removed", e);
    }
  }
}
