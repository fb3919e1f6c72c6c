package org.sgconv.cli.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.sgconv.InvalidFileException;
import org.sgconv.text.FileFailure;

/**
 * A file or folder to work in, among the system's temporary ones, that is gone when it is closed,
 * and also when the process is told to end (INT, TERM, HUP) before that. Then the processes that
 * this one started end first: they may be writing there.
 */
public final class TemporaryPath implements AutoCloseable {

  private static final long CHILD_SECONDS = 5;
  private static final ReentrantLock LOCK = new ReentrantLock();
  private static final Set<Path> LIVE = new LinkedHashSet<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(TemporaryPath::endAll, "sgconv-temporary"));
  }

  private final Path path;

  private TemporaryPath(Path path) {
    this.path = path;
  }

  /** Makes a path, which then belongs to this process. */
  private interface Creation {
    Path create() throws IOException;
  }

  /**
   * An empty file in the system's folder for temporary files.
   *
   * @throws InvalidFileException if it cannot be made there
   */
  public static TemporaryPath file(String suffix) {
    return register(() -> Files.createTempFile("sgconv-", suffix));
  }

  /**
   * An empty folder in the system's folder for temporary files.
   *
   * @throws InvalidFileException if it cannot be made there
   */
  public static TemporaryPath folder() {
    return register(() -> Files.createTempDirectory("sgconv-"));
  }

  /** Under the lock, so that nothing is made after the last look at what there is. */
  private static TemporaryPath register(Creation creation) {
    LOCK.lock();
    try {
      Path path = creation.create();
      LIVE.add(path);
      return new TemporaryPath(path);
    } catch (IOException e) {
      throw unusable(Path.of(System.getProperty("java.io.tmpdir", "")), "used", e);
    } finally {
      LOCK.unlock();
    }
  }

  /** What to say if the path, or a file in it, cannot be written or read. */
  public static InvalidFileException unusable(Path path, String done, IOException failure) {
    return new InvalidFileException(
        path,
        "temporary files cannot be "
            + done
            + " there: "
            + FileFailure.reason(failure)
            + "; make room, or name another folder:"
            + " JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER",
        failure);
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** From now on it is a file like others, and stays. */
  public void keep() {
    LOCK.lock();
    try {
      LIVE.remove(path);
    } finally {
      LOCK.unlock();
    }
  }

  /** Deletes it, unless it was kept. */
  @Override
  public void close() throws IOException {
    LOCK.lock();
    try {
      if (LIVE.remove(path)) {
        delete(path);
      }
    } finally {
      LOCK.unlock();
    }
  }

  private static void delete(Path path) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(path)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }

  /** Keeps the lock for good: another thread that is still at work makes no more. */
  private static void endAll() {
    LOCK.lock();
    if (LIVE.isEmpty()) {
      return;
    }
    endChildren();
    for (Path path : LIVE) {
      try {
        delete(aside(path));
      } catch (IOException e) {
        System.err.println("sgconv: " + path + " is left behind: " + FileFailure.reason(e));
      }
    }
    // Whatever was started meanwhile has nothing left to work on.
    endChildren();
  }

  /** Under another name, so that threads that do not know of the end yet add nothing more to it. */
  private static Path aside(Path path) throws IOException {
    Path other = path.resolveSibling(path.getFileName() + "-ended");
    return Files.move(path, other, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void endChildren() {
    List<ProcessHandle> children = ProcessHandle.current().descendants().toList();
    children.forEach(ProcessHandle::destroyForcibly);
    CompletableFuture<?> ended =
        CompletableFuture.allOf(
            children.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
    try {
      ended.get(CHILD_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException late) {
      // Whatever it writes from now on is its own.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
