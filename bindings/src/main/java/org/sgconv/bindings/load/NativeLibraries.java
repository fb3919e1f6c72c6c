package org.sgconv.bindings.load;

import java.lang.foreign.SymbolLookup;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Loads each native library at most once, after those that it needs. Looked for in {@code
 * -Dsgconv.library.path} (folders or files); then this project's own in the jar of {@code
 * sgconv-native}, those of the CUDA toolkit where it is installed, or where {@code
 * -Dsgconv.cuda.toolkit} says, and then in the jar of {@code org.bytedeco:cuda-redist}; OpenBLAS in
 * the jar of {@code org.bytedeco:openblas} and then where Linux has its libraries. What is in a jar
 * is extracted to {@code -Dsgconv.cache.dir}, by default {@code $XDG_CACHE_HOME/sgconv} or {@code
 * ~/.cache/sgconv}, and where that cannot be used to a private folder in {@code java.io.tmpdir}.
 *
 * <p>A library stays in the process. Copies of this class in other class loaders find the same file
 * and share it.
 */
public final class NativeLibraries {

  private sealed interface Outcome {
    record Loaded(MappedLibrary mapped) implements Outcome {}

    record Failed(NativeLibraryException reason) implements Outcome {}
  }

  /** What the next call would find alike. */
  private static final Map<NativeLibrary, Outcome> OUTCOMES = new EnumMap<>(NativeLibrary.class);

  private NativeLibraries() {}

  /**
   * Loads {@code library}, or returns what the first call did.
   *
   * @throws NativeLibraryException if it cannot be loaded, with each failed attempt as a suppressed
   *     exception. The next call tries again if that may have passed: {@link LoadFailure}
   */
  public static LoadedLibrary load(NativeLibrary library) {
    return mapped(library).library();
  }

  /** The symbols of a library, for the generated bindings; they are found once it is loaded. */
  public static SymbolLookup symbols(NativeLibrary library) {
    return name -> mapped(library).symbols().find(name);
  }

  /**
   * Returns normally only if a library has what is bound of it, so that no call can fail later for
   * the lack of a function.
   *
   * @throws NativeLibraryException that names the first function that it lacks
   */
  public static void requireFunctions(LoadedLibrary loaded, List<String> functions) {
    NativeLibrary library = loaded.library();
    SymbolLookup symbols = mapped(library).symbols();
    for (String function : functions) {
      if (symbols.find(function).isEmpty()) {
        throw new NativeLibraryException(
            String.format(
                Locale.ROOT,
                "%s has no function %s: use %s",
                loaded.path(),
                function,
                library.kind().fitting()));
      }
    }
  }

  private static synchronized MappedLibrary mapped(NativeLibrary library) {
    NativeLibrary dependency = library.dependency();
    if (dependency != null) {
      mapped(dependency);
    }
    Outcome outcome = OUTCOMES.get(library);
    if (outcome == null) {
      outcome = search(library);
      if (!(outcome instanceof Outcome.Failed failed) || failed.reason.failure().isFinal()) {
        OUTCOMES.put(library, outcome);
      }
    }
    return switch (outcome) {
      case Outcome.Loaded loaded -> loaded.mapped;
      case Outcome.Failed failed -> throw failed.reason;
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
    LeftOut.of(resources(), settings.platform(), library)
        .ifPresent(
            leftOut -> {
              throw new NativeLibraryException(
                  leftOut.decided() ? LoadFailure.LEFT_OUT : LoadFailure.ABSENT,
                  library.fileName() + " was left out of this build: " + leftOut.reason());
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
