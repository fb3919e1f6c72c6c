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
import java.util.stream.Collectors;

/** Tries the places where a library may be, in order, until one loads. */
final class LibrarySearch {

  private static final System.Logger LOG = System.getLogger(LibrarySearch.class.getName());

  private static final String MOVE = "move it to another file system and name that";

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
      Optional<LoadedLibrary> found = fromLibraryPath(library, attempts);
      if (found.isEmpty() && library.isOfToolkit()) {
        found = fromToolkit(library, attempts);
      }
      return found.isPresent() ? found.get() : fromResource(library);
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
      for (String name : library.fileNames()) {
        Path file = folder ? path.resolve(name) : path;
        if (Files.exists(file) && (folder || file.endsWith(name))) {
          return Optional.of(loadFile(library, file, property, MOVE));
        }
      }
    }
    LoadAttemptException absent =
        new LoadAttemptException(
            property + " holds no " + library.fileName(),
            "name the folder of " + library.fileName() + " or the file itself");
    if (library.isOfToolkit()) {
      LOG.log(Level.DEBUG, absent.getMessage() + "; looking for it in the CUDA toolkit");
    } else {
      LOG.log(Level.WARNING, absent.getMessage() + "; looking for it in sgconv-native's jar");
    }
    attempts.add(absent);
    return Optional.empty();
  }

  /** The first that loads of those in the toolkit's folders; each that does not is kept. */
  private Optional<LoadedLibrary> fromToolkit(
      NativeLibrary library, List<LoadAttemptException> attempts) {
    for (String name : library.fileNames()) {
      for (Path folder : settings.toolkitFolders()) {
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
          try {
            return Optional.of(loadFile(library, file, folder.toString(), MOVE));
          } catch (LoadAttemptException e) {
            attempts.add(e);
          }
        }
      }
    }
    attempts.add(
        new LoadAttemptException(
            "no folder of the CUDA toolkit holds "
                + String.join(" or ", library.fileNames())
                + (settings.toolkitFolders().isEmpty()
                    ? " (there was none to look in)"
                    : " (looked in %s)"
                        .formatted(
                            settings.toolkitFolders().stream()
                                .map(Path::toString)
                                .collect(Collectors.joining(", ")))),
            "install the CUDA toolkit's libraries, or name their folder in -D"
                + SearchSettings.TOOLKIT));
    return Optional.empty();
  }

  private URL resource(NativeLibrary library) throws LoadAttemptException {
    String folder = library.isOfToolkit() ? "org/bytedeco/cuda/" : "org/sgconv/native/";
    for (String file : library.fileNames()) {
      URL found = resources.getResource(folder + settings.platform().folder() + "/" + file);
      if (found != null) {
        return found;
      }
    }
    throw new LoadAttemptException(
        "there is no resource "
            + folder
            + settings.platform().folder()
            + "/"
            + String.join(" or ", library.fileNames()),
        library.isOfToolkit()
            ? "add org.bytedeco:cuda-redist for this platform to the class path"
            : "add org.sgconv:sgconv-native for this platform to the class path (with a module path"
                + " also --add-modules org.sgconv.natives), or set -D"
                + SearchSettings.LIBRARY_PATH);
  }

  private LoadedLibrary fromResource(NativeLibrary library) throws LoadAttemptException {
    URL resource = resource(library);
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
