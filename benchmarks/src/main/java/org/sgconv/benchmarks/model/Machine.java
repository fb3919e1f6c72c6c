package org.sgconv.benchmarks.model;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;

/**
 * Where and from what the numbers come.
 *
 * @param cpu model name as the operating system gives it
 * @param processors that this process may use
 * @param loadAverage of the last minute before the run
 * @param commit of the sources, with {@code -dirty} if they differed from it when the run began or
 *     ended
 * @param tier instruction set of this library's CPU backend, or why there is none
 * @param time when the run began
 * @param gpu that was measured, or null if the processor was
 */
public record Machine(
    String cpu,
    int processors,
    String system,
    double loadAverage,
    String jdk,
    String commit,
    String tier,
    String time,
    @Nullable Gpu gpu) {

  private static final String UNKNOWN = "unknown";
  private static final String DIRTY = "-dirty";

  /** This machine, now. */
  public static Machine describe(@Nullable Gpu gpu) throws IOException {
    return new Machine(
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version"),
        commitOfSources(),
        tierOfCpuBackend(),
        Instant.now().toString(),
        gpu);
  }

  /** This machine once a run that it was described for is over: {@code commit} is what changes. */
  public Machine atEnd() {
    String ofRun = commitOfRun(commit, commitOfSources());
    return new Machine(cpu, processors, system, loadAverage, jdk, ofRun, tier, time, gpu);
  }

  /** The commit that a run began with, as dirty if the sources changed until it ended. */
  static String commitOfRun(String atStart, String atEnd) {
    return atStart.equals(atEnd) || atStart.endsWith(DIRTY) ? atStart : atStart + DIRTY;
  }

  /** What was measured, for people. */
  public String title() {
    return gpu == null ? cpu : gpu.product();
  }

  /** Whether times mean nothing, as those of the emulated device. */
  public boolean isEmulated() {
    return gpu != null && gpu.emulated();
  }

  /** What was measured as a folder's name: letters, digits and hyphens. */
  public String folderName() {
    return title()
        .replaceAll(",.*", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("\\((r|tm)\\)", "")
        .replaceAll("[^a-z0-9]+", "-")
        .replaceAll("^-|-$", "");
  }

  private static String cpuModel() throws IOException {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) {
      return UNKNOWN;
    }
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(UNKNOWN);
  }

  private static String tierOfCpuBackend() {
    Backend cpu = Backends.cpu();
    return cpu.unavailabilityCause()
        .map(cause -> "unavailable: " + cause.getMessage())
        .orElseGet(() -> cpu.info().instructionSet());
  }

  /**
   * The commit of the sources, with {@code -dirty} if they differ from it: of {@code sgconv.commit}
   * where this was packed for another machine, else of git.
   */
  private static String commitOfSources() {
    String packed = System.getProperty("sgconv.commit");
    if (packed != null) {
      return packed;
    }
    String home = System.getProperty("sgconv.home", ".");
    Optional<String> commit = ToolOutput.of("git", "-C", home, "rev-parse", "HEAD");
    if (commit.isEmpty()) {
      return UNKNOWN;
    }
    boolean clean =
        ToolOutput.of("git", "-C", home, "status", "--porcelain", "--untracked-files=no")
            .filter(String::isEmpty)
            .isPresent();
    return clean ? commit.get() : commit.get() + DIRTY;
  }
}
