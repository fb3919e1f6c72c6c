package org.sgconv.internal.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.sgconv.bindings.load.NativeLibraries;
import org.sgconv.bindings.load.NativeLibrary;

/** Another user of CUDA in this process, past our library: its streams, its memory, its copies. */
@SuppressWarnings("restricted") // it calls the CUDA runtime, real or emulated, by itself
final class ForeignCuda {

  private static final int TO_DEVICE = 1;
  private static final int TO_HOST = 2;
  private static final int RELAXED = 2;

  private ForeignCuda() {}

  /** A new stream that joins no default stream; it is destroyed by {@link #destroyStream}. */
  static MemorySegment createStream(int device) {
    setDevice(device);
    return made(pointer -> call("cudaStreamCreateWithFlags", pointer, 1));
  }

  static void destroyStream(MemorySegment stream) {
    check("cudaStreamDestroy", call("cudaStreamDestroy", stream));
  }

  static void synchronize(MemorySegment stream) {
    check("cudaStreamSynchronize", call("cudaStreamSynchronize", stream));
  }

  /** Waits for everything on a device: what was freed in the order of a stream is gone then. */
  static void synchronizeDevice(int device) {
    setDevice(device);
    check("cudaDeviceSynchronize", call("cudaDeviceSynchronize"));
  }

  /** New memory of a device with its size; it is freed by {@link #free}. */
  static MemorySegment allocate(int device, long bytes) {
    setDevice(device);
    return made(pointer -> call("cudaMalloc", pointer, bytes)).reinterpret(bytes);
  }

  static void free(MemorySegment memory) {
    check("cudaFree", call("cudaFree", memory));
  }

  /** Copies floats to the start of memory of a device and waits. */
  static void write(MemorySegment memory, float... values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
      check("cudaMemcpy", call("cudaMemcpy", memory, host, host.byteSize(), TO_DEVICE));
    }
  }

  /** Copies floats from a device in a stream's order and waits for that stream. */
  static float[] read(MemorySegment memory, long count, MemorySegment stream) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(ValueLayout.JAVA_FLOAT, count);
      check(
          "cudaMemcpyAsync",
          call("cudaMemcpyAsync", host, memory, host.byteSize(), TO_HOST, stream));
      synchronize(stream);
      return host.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  /** Begins to capture a stream's work. */
  static void beginCapture(MemorySegment stream) {
    check("cudaStreamBeginCapture", call("cudaStreamBeginCapture", stream, RELAXED));
  }

  /** Ends that and forgets what was captured. */
  static void endCapture(MemorySegment stream) {
    MemorySegment graph = made(pointer -> call("cudaStreamEndCapture", stream, pointer));
    check("cudaGraphDestroy", call("cudaGraphDestroy", graph));
  }

  private static void setDevice(int device) {
    check("cudaSetDevice", call("cudaSetDevice", device));
  }

  /** A call that writes a pointer. */
  private interface Maker {
    int call(MemorySegment pointer);
  }

  private static MemorySegment made(Maker maker) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      check("a call that makes something", maker.call(pointer));
      return pointer.get(ValueLayout.ADDRESS, 0);
    }
  }

  private static void check(String function, int error) {
    if (error != 0) {
      throw new AssertionError(function + " failed with CUDA's error " + error);
    }
  }

  private static int call(String function, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      layouts[i] =
          switch (arguments[i]) {
            case Integer _ -> ValueLayout.JAVA_INT;
            case Long _ -> ValueLayout.JAVA_LONG;
            default -> ValueLayout.ADDRESS;
          };
    }
    MemorySegment address =
        SymbolLookup.libraryLookup(
                NativeLibraries.load(NativeLibrary.CUDART).path(), Arena.global())
            .findOrThrow(function);
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts));
    try {
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
