package org.sgconv.bindings.load;

import java.util.EnumMap;
import java.util.Map;

/**
 * Loads each native library at most once in this process, after those that it needs. Looked for in
 * {@code -Dsgconv.library.path} (folders or files); then this project's own in the jar of {@code
 * sgconv-native}, those of the CUDA toolkit where it is installed, or where {@code
 * -Dsgconv.cuda.toolkit} says, and then in the jar of {@code org.bytedeco:cuda-redist}. What is in
 * a jar is extracted to {@code -Dsgconv.cache.dir}, by default {@code $XDG_CACHE_HOME/sgconv} or
 * {@code ~/.cache/sgconv}.
 */
public final class NativeLibraries {

  private sealed interface Outcome {
    record Loaded(LoadedLibrary library) implements Outcome {}

    record Failed(NativeLibraryException reason) implements Outcome {}
  }

  private static final Map<NativeLibrary, Outcome> OUTCOMES = new EnumMap<>(NativeLibrary.class);

  private NativeLibraries() {}

  /**
   * Loads {@code library}, or returns what the first call did.
   *
   * @throws NativeLibraryException if it cannot be loaded: the same one on every call, with each
   *     failed attempt as a suppressed exception
   */
  public static synchronized LoadedLibrary load(NativeLibrary library) {
    NativeLibrary dependency = library.dependency();
    if (dependency != null) {
      load(dependency);
    }
    return switch (OUTCOMES.computeIfAbsent(library, NativeLibraries::search)) {
      case Outcome.Loaded(LoadedLibrary loaded) -> loaded;
      case Outcome.Failed(NativeLibraryException reason) -> throw reason;
    };
  }

  /**
   * To be called before anything is loaded that is of use only together with {@code library}:
   * whoever built sgconv-native may have left it out and have said why.
   *
   * @throws NativeLibraryException if it was left out, and no folder is named that may have it
   */
  public static void refuseIfLeftOut(NativeLibrary library) {
    SearchSettings settings = SearchSettings.ofProcess();
    if (settings.libraryPath() != null) {
      return;
    }
    LeftOut.reason(resources(), settings.platform(), library)
        .ifPresent(
            reason -> {
              throw new NativeLibraryException(
                  library.fileName() + " was left out of this build: " + reason);
            });
  }

  private static ClassLoader resources() {
    ClassLoader resources = NativeLibraries.class.getClassLoader();
    return resources == null ? ClassLoader.getSystemClassLoader() : resources;
  }

  private static Outcome search(NativeLibrary library) {
    try {
      return new Outcome.Loaded(
          new LibrarySearch(SearchSettings.ofProcess(), MountTable.current(), resources())
              .load(library));
    } catch (NativeLibraryException e) {
      return new Outcome.Failed(e);
    }
  }
}
