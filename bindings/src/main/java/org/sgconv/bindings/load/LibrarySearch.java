package org.sgconv.bindings.load;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tries the places where a library may be, in order, until one loads. */
final class LibrarySearch {

  private static final System.Logger LOG = System.getLogger(LibrarySearch.class.getName());

  private final SearchSettings settings;
  private final MountTable mounts;
  private final ClassLoader resources;

  LibrarySearch(SearchSettings settings, MountTable mounts, ClassLoader resources) {
    this.settings = settings;
    this.mounts = mounts;
    this.resources = resources;
  }

  /**
   * Loads the library from the first place that has it.
   *
   * @throws NativeLibraryException with every attempt as a suppressed exception
   */
  LoadedLibrary load(NativeLibrary library) {
    List<LoadAttemptException> attempts = new ArrayList<>();
    try {
      Optional<LoadedLibrary> named = fromLibraryPath(library, attempts);
      return named.isPresent() ? named.get() : fromResource(library);
    } catch (LoadAttemptException e) {
      attempts.add(e);
    } catch (IllegalCallerException e) {
      attempts.add(accessDenied(e));
    }
    throw NativeLibraryException.notLoaded(library, attempts);
  }

  /**
   * A file that was named must load: falling back would run other code than the user asked for. A
   * folder without the library is passed over with a warning.
   */
  private Optional<LoadedLibrary> fromLibraryPath(
      NativeLibrary library, List<LoadAttemptException> attempts) throws LoadAttemptException {
    if (settings.libraryPath() == null) {
      return Optional.empty();
    }
    String property = "-D" + SearchSettings.LIBRARY_PATH + "=" + settings.libraryPath();
    for (String entry : settings.libraryPath().split(File.pathSeparator, -1)) {
      if (entry.isBlank()) {
        continue; // never the working directory by accident
      }
      Path path = Path.of(entry).toAbsolutePath();
      if (!Files.exists(path)) {
        throw new LoadAttemptException(
            property + ": there is no " + path,
            "name the folder of " + library.fileName() + " or the file itself");
      }
      boolean folder = Files.isDirectory(path);
      Path file = folder ? path.resolve(library.fileName()) : path;
      if (Files.exists(file) && (folder || file.endsWith(library.fileName()))) {
        return Optional.of(
            loadFile(library, file, property, "move it to another file system and name that"));
      }
    }
    LoadAttemptException absent =
        new LoadAttemptException(
            property + " holds no " + library.fileName(),
            "name the folder of " + library.fileName() + " or the file itself");
    LOG.log(Level.WARNING, absent.getMessage() + "; looking for it in sgconv-native's jar");
    attempts.add(absent);
    return Optional.empty();
  }

  private LoadedLibrary fromResource(NativeLibrary library) throws LoadAttemptException {
    String name = "org/sgconv/native/" + settings.platform().folder() + "/" + library.fileName();
    URL resource = resources.getResource(name);
    if (resource == null) {
      throw new LoadAttemptException(
          "there is no resource " + name,
          "add org.sgconv:sgconv-native for this platform to the class path (with a module path"
              + " also --add-modules org.sgconv.natives), or set -D"
              + SearchSettings.LIBRARY_PATH);
    }
    String elsewhere =
        "set -D"
            + SearchSettings.CACHE_DIRECTORY
            + " to a folder that this user can write to and execute from";
    Path file;
    try {
      file =
          new LibraryCache(settings.cacheDirectory(), ProcessUser.effectiveId())
              .extract(library, resource);
    } catch (IOException e) {
      throw new LoadAttemptException(
          "%s cannot be extracted to %s: %s".formatted(resource, settings.cacheDirectory(), e),
          elsewhere,
          e);
    }
    return loadFile(library, file, resource.toString(), elsewhere);
  }

  private LoadedLibrary loadFile(NativeLibrary library, Path file, String origin, String relocation)
      throws LoadAttemptException {
    LoadDiagnosis diagnosis = new LoadDiagnosis(settings.platform(), mounts, relocation);
    ElfImage image = diagnosis.inspect(file);
    try {
      // From a class of this module, so that the generated code's loader lookup sees its symbols.
      System.load(file.toString());
    } catch (UnsatisfiedLinkError e) {
      throw diagnosis.explain(file, image, e);
    }
    return new LoadedLibrary(library, file, origin);
  }

  private static LoadAttemptException accessDenied(IllegalCallerException denial) {
    Module module = LibrarySearch.class.getModule();
    return new LoadAttemptException(
        "this JVM denies native access to sgconv",
        "start Java with --enable-native-access="
            + (module.isNamed() ? module.getName() : "ALL-UNNAMED"),
        denial);
  }
}
