import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What {@code ./sgconv} runs when there is no build that is newer than the sources: {@code Build
 * checkout machine}. Builds the command line for this machine alone, into target/launcher, without
 * tests, checks and whatever else only a release needs.
 *
 * <p>{@code machine} is what the script knows of this machine; it goes into the first line of
 * target/launcher/built, where the script compares it. That file appears last of all.
 */
public final class Build {

  private final Path checkout;
  private final Path target;
  private final Progress progress;

  /** There while a build runs: its compilers may be in the middle of a file. */
  private final Path unfinished;

  private volatile boolean interrupted;

  private Build(Path checkout, Progress progress) {
    this.checkout = checkout;
    this.target = checkout.resolve("target", "launcher");
    this.unfinished = target.resolve("unfinished");
    this.progress = progress;
  }

  /** Exit status 2 if something cannot be built, after a few lines that say why. */
  public static void main(String[] args) throws Exception {
    Progress progress = new Progress(Boolean.getBoolean("sgconv.cli.terminal"));
    Build build = new Build(Path.of(args[0]), progress);
    // Ctrl-C reaches the launcher, which ends this process.
    Runtime.getRuntime().addShutdownHook(new Thread(build::interrupt));
    int status = 0;
    try {
      build.run(args[1]);
    } catch (BuildFailedException | IOException e) {
      status = 2;
      if (!build.interrupted) {
        progress.close();
        System.err.println(
            "sgconv: " + (e instanceof IOException ? "cannot build: " + e : e.getMessage()));
      }
    }
    System.exit(status);
  }

  /** Compilers and Maven end with this process, and take half-written files along. */
  private void interrupt() {
    interrupted = true;
    List<ProcessHandle> started = endDescendants();
    try {
      for (ProcessHandle process : started) {
        process.onExit().get(5, TimeUnit.SECONDS);
      }
      if (!started.isEmpty()) {
        Files.deleteIfExists(unfinished);
      }
    } catch (ExecutionException | TimeoutException | InterruptedException | IOException e) {
      return; // The mark stays, and the next build starts from nothing.
    }
  }

  private static List<ProcessHandle> endDescendants() {
    List<ProcessHandle> started = ProcessHandle.current().descendants().toList();
    started.forEach(ProcessHandle::destroy);
    return started;
  }

  private void run(String machine) throws Exception {
    Files.createDirectories(target);
    Path lock = target.resolveSibling("launcher.lock");
    // Two launchers that are started at once must not build at once.
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      var held = channel.tryLock();
      if (held == null) {
        progress.say("waiting for another ./sgconv that is building ...");
        held = channel.lock();
        if (isBuilt(machine)) {
          return;
        }
      }
      build(machine);
    }
  }

  private void build(String machine) throws Exception {
    FileTime began = FileTime.fromMillis(System.currentTimeMillis());
    Path built = target.resolve("built");
    if (Files.exists(unfinished)) {
      // Killed, or the machine went down: what compilers were writing then cannot be trusted.
      Trees.delete(target);
      Trees.delete(NativeStep.tree(checkout));
      Files.createDirectories(target);
    }
    Files.deleteIfExists(built);
    Files.createFile(unfinished);
    CudaChoice cuda = CudaChoice.here();
    progress.begin("building for this machine, " + cuda.text());
    Libraries libraries = new Libraries(checkout, target);
    NativeStep natives = new NativeStep(checkout, target, cuda, progress);
    JavaStep java = new JavaStep(checkout, target);
    try {
      inParallel(
          () -> {
            natives.run();
            return null;
          },
          () -> {
            progress.step("fetching libraries with Maven");
            libraries.run();
            progress.step("compiling Java");
            java.compile();
            progress.done("compiling Java");
            return null;
          });
      progress.step("packing");
      java.pack(natives.resources());
    } finally {
      if (!interrupted) {
        Files.deleteIfExists(unfinished);
      }
    }
    Path text = target.resolve("built.new");
    Files.writeString(text, machine + "\n" + cuda.text() + "\n");
    // As old as the sources that were read: what changed since is newer.
    Files.setLastModifiedTime(text, began);
    Files.move(text, built, StandardCopyOption.ATOMIC_MOVE);
    progress.close();
  }

  private boolean isBuilt(String machine) throws IOException {
    Path built = target.resolve("built");
    return Files.exists(built) && Files.readAllLines(built).getFirst().equals(machine);
  }

  /** The first failure ends everything that still runs. */
  private static void inParallel(Callable<Void> first, Callable<Void> second) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      CompletionService<Void> parts = new ExecutorCompletionService<>(threads);
      for (Callable<Void> part : List.of(first, second)) {
        parts.submit(part);
      }
      Throwable failure = null;
      for (int i = 0; i < 2; i++) {
        try {
          parts.take().get();
        } catch (ExecutionException e) {
          if (failure == null) {
            failure = e.getCause();
            endDescendants();
          }
        }
      }
      if (failure instanceof BuildFailedException known) {
        throw known;
      }
      if (failure instanceof IOException io) {
        throw io;
      }
      if (failure != null) {
        throw new IllegalStateException(failure);
      }
    }
  }

  /** Environment of everything that is started here. */
  static Map<String, String> environment() {
    return Map.of("JAVA_HOME", System.getProperty("java.home"));
  }
}
