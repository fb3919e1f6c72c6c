package org.sgconv.bindings.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Mounted file systems, in the order of {@code /proc/self/mountinfo} (proc(5)). */
record MountTable(List<Mount> mounts) {

  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  /**
   * One mounted file system.
   *
   * @param point where it is mounted
   * @param options such as {@code noexec}
   */
  record Mount(Path point, List<String> options) {}

  /** The table of this process; empty where there is none. */
  static MountTable current() {
    try {
      return parse(Files.readAllLines(Path.of("/proc/self/mountinfo")));
    } catch (IOException e) {
      return new MountTable(List.of());
    }
  }

  static MountTable parse(List<String> lines) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : lines) {
      String[] fields = line.split(" ", -1);
      if (fields.length > 5) {
        point(fields[4])
            .ifPresent(point -> mounts.add(new Mount(point, List.of(fields[5].split(",", -1)))));
      }
    }
    return new MountTable(List.copyOf(mounts));
  }

  /** None for a name that this process cannot express, where no file of ours can be then. */
  private static Optional<Path> point(String field) {
    try {
      return Optional.of(Path.of(unescape(field)));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Where {@code file} (absolute, no links) lies, if nothing may be executed from there. */
  Optional<Path> noexecMount(Path file) {
    Mount deepest = null;
    for (Mount mount : mounts) {
      boolean deeper =
          deepest == null || mount.point.getNameCount() >= deepest.point.getNameCount();
      if (file.startsWith(mount.point) && deeper) {
        deepest = mount; // of two at one point the later hides the earlier
      }
    }
    return Optional.ofNullable(deepest)
        .filter(mount -> mount.options.contains("noexec"))
        .map(Mount::point);
  }

  private static String unescape(String field) {
    return OCTAL
        .matcher(field)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(match.group(1), 8))));
  }
}
