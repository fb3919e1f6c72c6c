package org.sgconv.oracle;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import org.sgconv.Backend;
import org.sgconv.Backends;

/**
 * Deliberate errors of the cpu library that {@code native/test/mutations} builds, of which one is
 * in force at a time.
 */
@SuppressWarnings("restricted") // A test calls two functions of its own library.
final class Mutations {

  static final String NONE = "none";

  private static final Backend BACKEND = Backends.cpu();
  private static final Linker LINKER = Linker.nativeLinker();

  /** The library reads the variable whenever it works; System.getenv stays as it was at first. */
  private static final MethodHandle SET_VARIABLE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("setenv"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));

  private Mutations() {}

  /** The names of all errors, as the library has them. */
  static List<String> names() {
    BACKEND.unavailabilityCause().ifPresent(cause -> fail("the cpu backend is not there", cause));
    MemorySegment list =
        SymbolLookup.libraryLookup(
                Path.of(System.getProperty("sgconv.library.path"), "libsgconv_cpu.so"),
                Arena.global())
            .find("sgconv_mutations")
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "this is the real library: -Dsgconv.library.path must be the folder"
                            + " `mutated` of the native build tree"));
    try {
      MethodHandle call = LINKER.downcallHandle(list, FunctionDescriptor.of(ValueLayout.ADDRESS));
      MemorySegment text = (MemorySegment) call.invokeExact();
      String[] names = text.reinterpret(Integer.MAX_VALUE).getString(0).split(" ");
      return List.of(names).stream().filter(name -> !name.equals(NONE)).toList();
    } catch (Throwable failure) {
      throw fail("sgconv_mutations", failure);
    }
  }

  /** The cpu backend with this error from now on. */
  static Backend with(String mutation) {
    try (Arena arena = Arena.ofConfined()) {
      int status =
          (int)
              SET_VARIABLE.invokeExact(
                  arena.allocateFrom("SGCONV_MUTATION"), arena.allocateFrom(mutation), 1);
      if (status != 0) {
        throw new IllegalStateException("setenv: " + status);
      }
    } catch (Throwable failure) {
      throw fail("setenv", failure);
    }
    return BACKEND;
  }

  private static IllegalStateException fail(String what, Throwable cause) {
    throw new IllegalStateException(what, cause);
  }
}
