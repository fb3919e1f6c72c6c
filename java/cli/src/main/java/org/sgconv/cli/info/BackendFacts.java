package org.sgconv.cli.info;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.BackendInfo;
import org.sgconv.SgConvException;
import org.sgconv.device.Device;

/**
 * What is known of one backend.
 *
 * @param chosen whether it is the one that is used when none is named
 * @param version of its code; "" if not available, as are the next
 * @param leftOut devices that are there and cannot be used, and what cannot be computed, each with
 *     the reason
 * @param causes why it is not available: each cause and everything that was tried, indented by how
 *     deep it lies; empty if it is
 */
public record BackendFacts(
    String name,
    boolean available,
    boolean chosen,
    String version,
    String instructionSet,
    int threads,
    List<String> devices,
    List<String> leftOut,
    List<String> libraries,
    List<String> causes) {

  static BackendFacts of(Backend backend, @Nullable Backend best) {
    boolean chosen = best != null && backend.name().equals(best.name());
    return backend
        .unavailabilityCause()
        .map(
            cause ->
                new BackendFacts(
                    backend.name(),
                    false,
                    chosen,
                    "",
                    "",
                    0,
                    List.of(),
                    List.of(),
                    List.of(),
                    lines(cause)))
        .orElseGet(() -> available(backend, chosen));
  }

  private static BackendFacts available(Backend backend, boolean chosen) {
    List<String> failures = LinearProbe.failures(backend); // first: it loads what info then lists
    BackendInfo info = backend.info();
    return new BackendFacts(
        info.name(),
        true,
        chosen,
        info.version(),
        info.instructionSet(),
        info.threads(),
        devices(backend, info),
        Stream.concat(info.leftOut().stream(), failures.stream()).toList(),
        info.libraries(),
        List.of());
  }

  /** What the devices are and what memory they have. */
  private static List<String> devices(Backend backend, BackendInfo info) {
    List<Device> devices = Device.all(backend);
    return devices.isEmpty() ? info.devices() : devices.stream().map(BackendFacts::device).toList();
  }

  /** One that cannot be used now says why, and hides no other. */
  private static String device(Device device) {
    try {
      return String.format(
          Locale.ROOT,
          "%s, %.1f GiB of memory, %.1f free",
          device.name(),
          gibibytes(device.totalMemory()),
          gibibytes(device.freeMemory()));
    } catch (SgConvException e) {
      return device.name() + ", cannot be used now: " + e.getMessage();
    }
  }

  private static double gibibytes(long bytes) {
    return bytes / (double) (1L << 30);
  }

  /** A cause, what it suppressed and what caused it, a line each. */
  static List<String> lines(Throwable cause) {
    List<String> lines = new ArrayList<>();
    collect(cause, "", "", lines, Collections.newSetFromMap(new IdentityHashMap<>()));
    return lines;
  }

  private static void collect(
      Throwable failure, String above, String indent, List<String> lines, Set<Throwable> seen) {
    if (!seen.add(failure)) {
      return;
    }
    String message = failure.getMessage();
    String text = message == null ? failure.getClass().getSimpleName() : message;
    boolean said = above.contains(text); // an exception that quotes its cause
    if (!said) {
      text.lines().filter(line -> !line.isBlank()).forEach(line -> lines.add(indent + line));
    }
    String deeper = said ? indent : indent + "  ";
    for (Throwable tried : failure.getSuppressed()) {
      collect(tried, "", deeper, lines, seen);
    }
    if (failure.getCause() != null) {
      collect(failure.getCause(), text, deeper, lines, seen);
    }
  }
}
