package org.sgconv.bindings.load;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The user that this process runs as. Java knows the name only, which a container may lack. */
final class ProcessUser {

  private ProcessUser() {}

  static int effectiveId() {
    Linker linker = Linker.nativeLinker();
    MethodHandle geteuid =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("geteuid"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT));
    try {
      return (int) geteuid.invokeExact();
    } catch (Throwable e) { // declared by invokeExact; geteuid throws nothing
      throw new IllegalStateException("geteuid failed", e);
    }
  }
}
