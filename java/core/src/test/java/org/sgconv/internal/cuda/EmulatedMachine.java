package org.sgconv.internal.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.sgconv.bindings.load.NativeLibraries;
import org.sgconv.bindings.load.NativeLibrary;

/** The emulated CUDA runtime's controls: counts, and failures to come. */
@SuppressWarnings("restricted") // the controls are C functions of the emulated runtime
final class EmulatedMachine {

  private EmulatedMachine() {}

  /** Makes the n-th call from now at a point fail (native/src/emulation/control.h). */
  static void fail(String point, long n, int error) {
    FunctionDescriptor type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      int result =
          (int) function("sgconv_emulation_fail", type).invoke(arena.allocateFrom(point), n, error);
      if (result != 0) {
        throw new AssertionError("the emulated machine has no point '" + point + "'");
      }
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Forgets failures to come and mends a poisoned context. */
  static void reset() {
    try {
      function("sgconv_emulation_reset", FunctionDescriptor.ofVoid()).invoke();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** What is alive of a kind. */
  static long live(String kind) {
    return number("sgconv_emulation_live", kind);
  }

  /** Calls of a kind since the start. */
  static long count(String kind) {
    return number("sgconv_emulation_count", kind);
  }

  /** Everything alive, for comparison. */
  static String inventory() {
    StringBuilder text = new StringBuilder();
    for (String kind :
        new String[] {
          "allocation",
          "bytes",
          "pinned",
          "stream",
          "event",
          "graph",
          "executable",
          "plan",
          "handle"
        }) {
      text.append(kind).append('=').append(live(kind)).append(' ');
    }
    return text.toString();
  }

  private static long number(String function, String kind) {
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      return (long) function(function, type).invoke(arena.allocateFrom(kind));
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    MemorySegment address =
        SymbolLookup.libraryLookup(
                NativeLibraries.load(NativeLibrary.CUDART).path(), Arena.global())
            .findOrThrow(name);
    return Linker.nativeLinker().downcallHandle(address, type);
  }
}
