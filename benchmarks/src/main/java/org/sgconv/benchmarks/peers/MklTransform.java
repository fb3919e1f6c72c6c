package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.mkl.global.mkl_rt;
import org.sgconv.tensor.DType;

/**
 * Intel MKL's DFTI from bytedeco's redistributed libraries: real, in place. The JavaCPP bindings
 * cannot pass DftiSetValue its variadic argument, so the calls go through FFM. MKL's own threads
 * stay off, as rows are spread over threads outside.
 */
final class MklTransform implements RowTransform {

  private static final long ALIGNMENT = 64;

  private final int size;
  private final DType type;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment descriptor;
  private final MethodHandle computeForward;
  private final MethodHandle computeBackward;
  private final MethodHandle free;

  MklTransform(int size, DType type) {
    Loader.load(mkl_rt.class);
    mkl_rt.MKL_Set_Num_Threads(1);
    this.size = size;
    this.type = type;
    MethodHandle create =
        bind(
            type == DType.FLOAT64 ? "DftiCreateDescriptor_d_1d" : "DftiCreateDescriptor_s_1d",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    FunctionDescriptor onDescriptor =
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    FunctionDescriptor onRow =
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    this.computeForward = bind("DftiComputeForward", onRow);
    this.computeBackward = bind("DftiComputeBackward", onRow);
    this.free = bind("DftiFreeDescriptor", onDescriptor);
    MemorySegment handle = arena.allocate(ValueLayout.ADDRESS);
    check("DftiCreateDescriptor", call(create, handle, mkl_rt.DFTI_REAL, (long) size));
    this.descriptor = handle.get(ValueLayout.ADDRESS, 0);
    set(mkl_rt.DFTI_PLACEMENT, mkl_rt.DFTI_INPLACE);
    set(mkl_rt.DFTI_CONJUGATE_EVEN_STORAGE, mkl_rt.DFTI_COMPLEX_COMPLEX);
    set(mkl_rt.DFTI_THREAD_LIMIT, 1);
    check("DftiCommitDescriptor", call(bind("DftiCommitDescriptor", onDescriptor), descriptor));
  }

  private static MethodHandle bind(
      String name, FunctionDescriptor function, Linker.Option... options) {
    MemorySegment address =
        SymbolLookup.loaderLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("MKL is loaded but lacks " + name));
    return Linker.nativeLinker().downcallHandle(address, function, options);
  }

  private void set(int parameter, int value) {
    MethodHandle setValue =
        bind(
            "DftiSetValue",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    check("DftiSetValue(" + parameter + ")", call(setValue, descriptor, parameter, value));
  }

  private static long call(MethodHandle function, Object... arguments) {
    try {
      return (long) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException("MKL call failed", e);
    }
  }

  private static void check(String what, long status) {
    if (status != 0) {
      throw new IllegalStateException(
          what + " failed: " + mkl_rt.DftiErrorMessage(status).getString());
    }
  }

  @Override
  public TransformRow newRow() {
    MemorySegment values = arena.allocate((size + 2L) * type.byteSize(), ALIGNMENT);
    return new Row(values);
  }

  @Override
  public DType type() {
    return type;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void close() {
    MemorySegment handle = arena.allocateFrom(ValueLayout.ADDRESS, descriptor);
    check("DftiFreeDescriptor", call(free, handle));
    arena.close();
  }

  private final class Row implements TransformRow {

    private final MemorySegment values;

    Row(MemorySegment values) {
      this.values = values;
    }

    @Override
    public MemorySegment values() {
      return values;
    }

    @Override
    public void forward() {
      try {
        check("DftiComputeForward", (long) computeForward.invokeExact(descriptor, values));
      } catch (Throwable e) {
        throw new IllegalStateException("MKL forward transform failed", e);
      }
    }

    @Override
    public void inverse() {
      try {
        check("DftiComputeBackward", (long) computeBackward.invokeExact(descriptor, values));
      } catch (Throwable e) {
        throw new IllegalStateException("MKL inverse transform failed", e);
      }
    }
  }
}
