package org.sgconv.bindings.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what the file and the dynamic linker say into a reason and a remedy. */
final class LoadDiagnosis {

  private static final Pattern MISSING =
      Pattern.compile("(?:^|: )([^:\\s]+): cannot open shared object file");
  private static final Pattern MISSING_MUSL =
      Pattern.compile("Error loading shared library ([^:\\s]+):");
  private static final Pattern VERSION =
      Pattern.compile("version `(GLIBC|GLIBCXX|CXXABI)_([0-9.]+)' not found");

  private static final Pattern PASSING =
      Pattern.compile("(?i)cannot allocate|too many open files|no space left");

  private final Platform platform;
  private final MountTable mounts;
  private final String relocation;

  /**
   * Explains for one source of libraries.
   *
   * @param relocation how to load from elsewhere, for files on a noexec file system
   */
  LoadDiagnosis(Platform platform, MountTable mounts, String relocation) {
    this.platform = platform;
    this.mounts = mounts;
    this.relocation = relocation;
  }

  /** Checks what can be checked without mapping the file. */
  ElfImage inspect(Path file) throws LoadAttemptException {
    if (!Files.isRegularFile(file)) {
      throw new LoadAttemptException(
          LoadFailure.UNUSABLE, file + " is not a file", "name an existing library");
    }
    ElfImage image;
    try {
      image = ElfImage.read(file);
    } catch (ElfFormatException e) {
      throw new LoadAttemptException(
          LoadFailure.UNUSABLE, file + " " + e.getMessage(), "replace it by a complete library", e);
    } catch (IOException e) {
      throw new LoadAttemptException(
          LoadFailure.PASSING, file + " cannot be read: " + e, "make it readable for this user", e);
    }
    if (!platform.accepts(image)) {
      throw new LoadAttemptException(
          LoadFailure.UNUSABLE,
          String.format(
              Locale.ROOT,
              "%s is built for %s, this JVM runs on %s",
              file,
              image.architecture(),
              platform.arch()),
          "use a library built for " + platform.folder());
    }
    return image;
  }

  /** Explains why the dynamic linker refused a file that passed {@link #inspect}. */
  LoadAttemptException explain(Path file, ElfImage image, UnsatisfiedLinkError error) {
    String said = String.valueOf(error.getMessage());
    Matcher version = VERSION.matcher(said);
    if (version.find()) {
      return tooNew(file, version.group(1), version.group(2), error);
    }
    if (PASSING.matcher(said).find()) {
      return new LoadAttemptException(
          LoadFailure.PASSING,
          file + " was refused by the dynamic linker: " + withoutPath(file, said),
          "free what this process has run out of and try again",
          error);
    }
    Optional<Path> noexec = noexecMount(file);
    if (noexec.isPresent() || said.contains("failed to map segment")) {
      String where = noexec.map(point -> " (mounted at " + point + ")").orElse("");
      return new LoadAttemptException(
          LoadFailure.FOLDER,
          file + " lies on a file system that forbids execution (noexec)" + where,
          relocation,
          error);
    }
    Matcher missing = MISSING.matcher(said);
    Matcher missingMusl = MISSING_MUSL.matcher(said);
    if (missing.find()) {
      return missing(file, image, missing.group(1), error);
    } else if (missingMusl.find()) {
      return missing(file, image, missingMusl.group(1), error);
    }
    return new LoadAttemptException(
        LoadFailure.UNUSABLE,
        file + " was refused by the dynamic linker: " + withoutPath(file, said),
        "use the library of the same version as these bindings",
        error);
  }

  private static LoadAttemptException tooNew(
      Path file, String library, String version, UnsatisfiedLinkError error) {
    String name = library.equals("GLIBC") ? "glibc" : "libstdc++ (" + library + ")";
    return new LoadAttemptException(
        LoadFailure.UNUSABLE,
        String.format(
            Locale.ROOT, "%s needs %s %s or newer than this system has", file, name, version),
        "use a newer system, or build sgconv-native on this one",
        error);
  }

  private static LoadAttemptException missing(
      Path file, ElfImage image, String first, UnsatisfiedLinkError error) {
    List<String> missing =
        image.needed().stream()
            .filter(name -> name.equals(first) || !isFound(name, file.resolveSibling(name)))
            .toList();
    return new LoadAttemptException(
        LoadFailure.UNUSABLE,
        String.format(
            Locale.ROOT,
            "%s needs %s, which the dynamic linker cannot find",
            file,
            missing.isEmpty() ? first : String.join(" and ", missing)),
        "install what is missing, or start Java with its folder in LD_LIBRARY_PATH",
        error);
  }

  /** The linker names the first missing library only, so the others are tried one by one. */
  private static boolean isFound(String name, Path sibling) {
    if (Files.exists(sibling)) {
      return true;
    }
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup(name, arena);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Optional<Path> noexecMount(Path file) {
    try {
      return mounts.noexecMount(file.toRealPath());
    } catch (IOException e) {
      return mounts.noexecMount(file);
    }
  }

  private static String withoutPath(Path file, String message) {
    String text = message;
    while (text.startsWith(file + ": ")) {
      text = text.substring(file.toString().length() + 2);
    }
    return text;
  }
}
