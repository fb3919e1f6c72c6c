package org.sgconv.bindings.load;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tries the places where a library may be, in order, until one loads. */
final class LibrarySearch {

  private static final System.Logger LOG = System.getLogger(LibrarySearch.class.getName());

  private static final String MOVE = "move it to another file system and name that";

  private final SearchSettings settings;
  private final MountTable mounts;
  private final ClassLoader resources;
  private final ToolkitChoice choice;

  LibrarySearch(SearchSettings settings, MountTable mounts, ClassLoader resources) {
    this.settings = settings;
    this.mounts = mounts;
    this.resources = resources;
    this.choice = new ToolkitChoice(settings, resources);
  }

  /**
   * Loads the library from the first place that has it.
   *
   * @throws NativeLibraryException with every attempt as a suppressed exception
   */
  MappedLibrary load(NativeLibrary library) {
    List<LoadAttemptException> attempts = new ArrayList<>();
    try {
      Optional<MappedLibrary> found = fromLibraryPath(library, attempts);
      if (found.isEmpty() && library.isOfToolkit()) {
        found = fromToolkit(library, attempts);
      }
      if (found.isPresent()) {
        return found.get();
      }
      return library.kind() == LibraryKind.OPENBLAS
          ? fromResourceOrSystem(library, attempts)
          : fromResource(library, attempts);
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
  private Optional<MappedLibrary> fromLibraryPath(
      NativeLibrary library, List<LoadAttemptException> attempts) throws LoadAttemptException {
    if (settings.libraryPath() == null) {
      return Optional.empty();
    }
    String property = "-D" + SearchSettings.LIBRARY_PATH + "=" + settings.libraryPath();
    for (String entry : settings.libraryPathEntries()) {
      Path path = SearchSettings.path(SearchSettings.LIBRARY_PATH, entry);
      if (!Files.exists(path)) {
        throw new LoadAttemptException(
            LoadFailure.SETTING,
            property + ": there is no " + path,
            "name folders of native libraries, or libraries");
      }
      boolean folder = Files.isDirectory(path);
      if (!folder && NativeLibrary.names().stream().noneMatch(path::endsWith)) {
        throw new LoadAttemptException(
            LoadFailure.SETTING,
            property + ": " + path + " has the name of no library of sgconv",
            "name folders of native libraries, or libraries: "
                + String.join(", ", NativeLibrary.names()));
      }
      for (String name : library.fileNames()) {
        Path file = folder ? path.resolve(name) : path;
        if (Files.exists(file)
            && (folder || file.endsWith(name))
            && willDo(library, name, file, attempts)) {
          try {
            return Optional.of(loadFile(library, file, property, MOVE));
          } catch (LoadAttemptException e) {
            throw e.ofSetting(property);
          }
        }
      }
    }
    LoadAttemptException absent =
        new LoadAttemptException(
            LoadFailure.ABSENT,
            property + " holds no " + library.fileName(),
            "name the folder of " + library.fileName() + " or the file itself");
    if (library.kind() == LibraryKind.OWN) {
      LOG.log(Level.WARNING, absent.getMessage() + "; looking for it in sgconv-native's jar");
    } else {
      LOG.log(Level.DEBUG, absent.getMessage() + "; looking for it where such libraries are");
    }
    attempts.add(absent);
    return Optional.empty();
  }

  /** The first that loads of those in the toolkit's folders; each that does not is kept. */
  private Optional<MappedLibrary> fromToolkit(
      NativeLibrary library, List<LoadAttemptException> attempts) throws LoadAttemptException {
    List<Path> folders = settings.toolkitFolders();
    for (String name : library.fileNames()) {
      for (Path folder : folders) {
        Path file = folder.resolve(name);
        if (Files.exists(file) && willDo(library, name, file, attempts)) {
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
            LoadFailure.ABSENT,
            "no folder of the CUDA toolkit holds a usable "
                + String.join(" or ", library.fileNames())
                + (folders.isEmpty()
                    ? " (there was none to look in)"
                    : String.format(
                        Locale.ROOT,
                        " (looked in %s)",
                        folders.stream().map(Path::toString).collect(Collectors.joining(", ")))),
            "install the CUDA toolkit's libraries, or name their folder in -D"
                + SearchSettings.TOOLKIT));
    return Optional.empty();
  }

  /** Whether a file of this name is of the version that we need; if not, the reason is kept. */
  private boolean willDo(
      NativeLibrary library, String name, Object file, List<LoadAttemptException> attempts) {
    Optional<String> objection = choice.objection(library, name);
    objection.ifPresent(
        why ->
            attempts.add(
                new LoadAttemptException(
                    LoadFailure.ABSENT,
                    file + " is of another version of CUDA: " + why,
                    "install the CUDA libraries of that version beside these")));
    return objection.isEmpty();
  }

  /** That of the jar if there is one, which must load then; otherwise the first that loads. */
  private MappedLibrary fromResourceOrSystem(
      NativeLibrary library, List<LoadAttemptException> attempts) throws LoadAttemptException {
    String folder = library.kind().resourceFolder(settings.platform());
    if (resources.getResource(folder + library.fileName()) != null) {
      return fromResource(library, attempts);
    }
    attempts.add(noResource(library));
    List<Path> folders =
        SystemFolders.existing(System.getenv(), settings.platform().arch(), Path.of("/"));
    for (Path place : folders) {
      Path file = place.resolve(library.fileName());
      if (Files.exists(file)) {
        try {
          return loadFile(library, file, place.toString(), MOVE);
        } catch (LoadAttemptException e) {
          attempts.add(e);
        }
      }
    }
    throw new LoadAttemptException(
        LoadFailure.ABSENT,
        String.format(
            Locale.ROOT,
            "no folder of this system holds a usable %s (looked in %s)",
            library.fileName(),
            folders.stream().map(Path::toString).collect(Collectors.joining(", "))),
        library.kind().remedy());
  }

  private URL resource(NativeLibrary library, List<LoadAttemptException> attempts)
      throws LoadAttemptException {
    String folder = library.kind().resourceFolder(settings.platform());
    for (String file : library.fileNames()) {
      URL found = resources.getResource(folder + file);
      if (found != null && willDo(library, file, found, attempts)) {
        return found;
      }
    }
    throw noResource(library);
  }

  private LoadAttemptException noResource(NativeLibrary library) {
    return new LoadAttemptException(
        LoadFailure.ABSENT,
        "there is no resource "
            + library.kind().resourceFolder(settings.platform())
            + String.join(" or ", library.fileNames()),
        library.kind().remedy());
  }

  /** From the first cache folder that can be used; which is not the preferred one is said. */
  private MappedLibrary fromResource(NativeLibrary library, List<LoadAttemptException> attempts)
      throws LoadAttemptException {
    URL resource = resource(library, attempts);
    List<LoadAttemptException> unusable = new ArrayList<>();
    for (CacheFolder folder : settings.cacheFolders()) {
      try {
        MappedLibrary mapped = fromResource(library, resource, folder);
        if (!unusable.isEmpty()) {
          LOG.log(
              Level.WARNING,
              String.format(
                  Locale.ROOT,
                  "%s; using %s instead. To choose a place, %s",
                  unusable.getFirst().getMessage(),
                  mapped.library().path().getParent(),
                  unusable.getFirst().remedy()));
        }
        return mapped;
      } catch (LoadAttemptException e) {
        if (e.failure() != LoadFailure.FOLDER) {
          attempts.addAll(unusable);
          throw e;
        } else if (folder.kind() == CacheFolder.Kind.NAMED) {
          throw e.ofSetting("-D" + SearchSettings.CACHE_DIRECTORY + "=" + folder.text());
        }
        unusable.add(e);
      }
    }
    attempts.addAll(unusable.subList(0, unusable.size() - 1));
    throw unusable.getLast();
  }

  private MappedLibrary fromResource(NativeLibrary library, URL resource, CacheFolder folder)
      throws LoadAttemptException {
    PrivateDirectory directory = folder.open(ProcessUser.effectiveId());
    LibraryCache cache = new LibraryCache(directory);
    Path file;
    try {
      for (String companion : library.companions()) {
        URL beside =
            resources.getResource(library.kind().resourceFolder(settings.platform()) + companion);
        if (beside != null) {
          // For as long as the process lasts; the linker takes it for that name from now on.
          Path extracted = cache.extract(companion, beside);
          loadFile(library, extracted, beside.toString(), CacheFolder.REMEDY);
        }
      }
      file = cache.extract(library, resource);
    } catch (IOException e) {
      throw new LoadAttemptException(
          LoadFailure.FOLDER,
          String.format(
              Locale.ROOT, "%s cannot be extracted to %s: %s", resource, directory.path(), e),
          CacheFolder.REMEDY,
          e);
    }
    return loadFile(library, file, resource.toString(), CacheFolder.REMEDY);
  }

  private MappedLibrary loadFile(NativeLibrary library, Path file, String origin, String relocation)
      throws LoadAttemptException {
    LoadDiagnosis diagnosis = new LoadDiagnosis(settings.platform(), mounts, relocation);
    ElfImage image = diagnosis.inspect(file);
    return new MappedLibrary(
        new LoadedLibrary(library, file, origin), symbols(file, image, diagnosis));
  }

  /**
   * Maps the file for as long as the process lasts. {@code System.load} would do it for one class
   * loader only: the next one, of an application that is deployed again, were refused.
   */
  private static SymbolLookup symbols(Path file, ElfImage image, LoadDiagnosis diagnosis)
      throws LoadAttemptException {
    try {
      return SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalArgumentException unexplained) {
      try {
        System.load(file.toString()); // for what it says
      } catch (UnsatisfiedLinkError e) {
        throw diagnosis.explain(file, image, e);
      }
    }
    try {
      return SymbolLookup.libraryLookup(file, Arena.global()); // what was wrong has passed
    } catch (IllegalArgumentException e) {
      throw new LoadAttemptException(
          LoadFailure.PASSING,
          file + " was refused by the dynamic linker, which did not say why",
          "try again",
          e);
    }
  }

  private static LoadAttemptException accessDenied(IllegalCallerException denial) {
    Module module = LibrarySearch.class.getModule();
    return new LoadAttemptException(
        LoadFailure.UNUSABLE,
        "this JVM denies native access to sgconv",
        "start Java with --enable-native-access="
            + (module.isNamed() ? module.getName() : "ALL-UNNAMED"),
        denial);
  }
}
