import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
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
 * What {@code ./sgconv} runs when there is no build that fits the sources and this machine: {@code
 * Build checkout state seen}. Builds the command line for this machine alone, without tests, checks
 * and whatever else only a release needs.
 *
 * <p>{@code state} is what the script knows of sources and machine, in lines of a name and a value;
 * they go into target/launcher/built, where the script compares them. {@code seen} is what it saw
 * there. Everything is made in target/launcher/work. Only a whole build replaces sgconv.jar and
 * built, which until then stay as they are and can be run.
 */
public final class Build {

  /** Exit status when another has built meanwhile: the script looks at what there is now. */
  private static final int LOOK_AGAIN = 75;

  private final Path checkout;
  private final Path target;
  private final Path work;
  private final Progress progress;

  /** There while a build runs: its compilers may be in the middle of a file. */
  private final Path unfinished;

  private volatile boolean interrupted;

  private Build(Path checkout, Progress progress) {
    this.checkout = checkout;
    this.target = checkout.resolve("target", "launcher");
    this.work = target.resolve("work");
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
      status = build.run(args[1], args[2]) ? 0 : LOOK_AGAIN;
    } catch (BuildFailedException | IOException e) {
      status = 2;
      if (!build.interrupted) {
        progress.close();
        System.err.println(
            "sgconv: "
                + (e instanceof IOException io ? "cannot build: " + text(io) : e.getMessage()));
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

  private static String text(IOException e) {
    if (!(e instanceof FileSystemException known) || known.getFile() == null) {
      return String.valueOf(e.getMessage());
    }
    String reason =
        switch (known) {
          case AccessDeniedException denied -> "permission denied";
          case NoSuchFileException missing -> "there is no such file";
          default -> known.getReason();
        };
    return known.getFile() + (reason == null ? "" : ": " + reason);
  }

  /** Whether it built, unless another has since the script looked. */
  private boolean run(String state, String seen) throws Exception {
    Files.createDirectories(target);
    Path lock = target.resolveSibling("launcher.lock");
    // Two launchers that are started at once must not build at once.
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (channel.tryLock() == null) {
        progress.say("waiting for another ./sgconv that is building ...");
        channel.lock();
      }
      if (!comparable(String.join("\n", built())).equals(comparable(seen))) {
        return false;
      }
      build(state);
      return true;
    }
  }

  private void build(String state) throws Exception {
    if (Files.exists(unfinished) || isLaterThanNow(NativeStep.tree(checkout))) {
      // Killed, or the machine went down: what compilers were writing then cannot be trusted. Or
      // the clock was set back: Ninja and make take objects of the future for newer than any
      // source.
      Trees.delete(work);
      Trees.delete(NativeStep.tree(checkout));
    }
    Files.createDirectories(work);
    Files.writeString(unfinished, "");
    CudaChoice cuda = CudaChoice.here();
    progress.begin("building for this machine, " + cuda.text());
    Libraries libraries = new Libraries(checkout, target, built());
    NativeStep natives = new NativeStep(checkout, target, cuda, progress);
    JavaStep java = new JavaStep(checkout, target, libraries.folder());
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
      replace(
          state + "\ncuda " + natives.cuda() + "\nlibraries " + libraries.folder().getFileName());
    } finally {
      if (!interrupted) {
        Files.deleteIfExists(unfinished);
      }
    }
    progress.close();
  }

  /** Without a jar that another text describes, whenever this ends. */
  private void replace(String text) throws IOException {
    Path built = target.resolve("built");
    Path next = Files.writeString(work.resolve("built"), text + "\n");
    Files.deleteIfExists(built);
    Files.move(JavaStep.jar(work), target.resolve("sgconv.jar"), StandardCopyOption.ATOMIC_MOVE);
    Files.move(next, built, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Lines of the build that there is. */
  private List<String> built() throws IOException {
    Path built = target.resolve("built");
    // Whatever is in it, after a power cut say, it is no reason to fail.
    return Files.exists(built) ? Files.readAllLines(built, StandardCharsets.ISO_8859_1) : List.of();
  }

  /**
   * Without what the shell drops, at the end and between, and what arguments may not bring here.
   */
  private static String comparable(String text) {
    return text.replaceAll("[^\\x01-\\x7f]", "").stripTrailing();
  }

  private static boolean isLaterThanNow(Path tree) throws IOException {
    Instant soon = Instant.now().plusSeconds(2); // clocks of file systems differ a little
    for (Path file : Trees.files(tree)) {
      if (Files.getLastModifiedTime(file).toInstant().isAfter(soon)) {
        return true;
      }
    }
    return false;
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
