package org.sgconv.internal.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.bindings.load.LoadedLibrary;
import org.sgconv.bindings.load.NativeLibraries;
import org.sgconv.bindings.load.NativeLibrary;
import org.sgconv.bindings.load.NativeLibraryException;

/** Main class of a child process: loads CUDA's libraries and prints where each came from. */
public final class RedistProbe {

  private RedistProbe() {}

  /** Prints one line for each library, for each file that is mapped, and for the backend. */
  public static void main(String[] arguments) throws Throwable {
    load(NativeLibrary.CUDA, "cudaRuntimeGetVersion"); // which must bring the runtime
    load(NativeLibrary.CUDART, "cudaRuntimeGetVersion");
    load(NativeLibrary.CUFFT, "cufftGetVersion");
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      if (line.matches(".* r-xp .*/lib(cudart|cufft|sgconv_cuda).*")) {
        System.out.println("MAPPED " + line.substring(line.indexOf('/')));
      }
    }
    Backend cuda = Backends.named("cuda");
    System.out.println(
        cuda.unavailabilityCause()
            .map(cause -> "UNAVAILABLE " + cause.getMessage())
            .orElse("AVAILABLE"));
    System.out.println("BEST " + Backends.best().name());
  }

  @SuppressWarnings("restricted") // the test of native code calls it by itself
  private static void load(NativeLibrary library, String versionFunction) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      LoadedLibrary loaded = NativeLibraries.load(library);
      // Of the file that was loaded, and so of no other of that name.
      SymbolLookup symbols = SymbolLookup.libraryLookup(loaded.path(), arena);
      MemorySegment version = arena.allocate(ValueLayout.JAVA_INT);
      int status =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(
                      symbols.findOrThrow(versionFunction),
                      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                  .invokeExact(version);
      System.out.printf(
          "LOADED %s %s from %s: status %d, version %d%n",
          library, loaded.path(), loaded.origin(), status, version.get(ValueLayout.JAVA_INT, 0));
    } catch (NativeLibraryException e) {
      System.out.println("FAILED " + library + " " + e.getMessage());
    }
  }
}
