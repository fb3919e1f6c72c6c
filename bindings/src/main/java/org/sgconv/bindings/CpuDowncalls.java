package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.sgconv.bindings.cpu.SgconvCpu;
import org.sgconv.bindings.load.NativeLibraryException;

/**
 * Every call into the CPU library, with its status turned into an exception. Arguments have been
 * checked. A function that the loaded library lacks fails on its own use and no earlier.
 */
final class CpuDowncalls {

  private CpuDowncalls() {}

  static int abiVersion() {
    try {
      return SgconvCpu.sgconv_cpu_abi_version();
    } catch (LinkageError e) {
      throw missing("sgconv_cpu_abi_version", e);
    }
  }

  static String version() {
    try {
      return SgconvCpu.sgconv_cpu_version().getString(0);
    } catch (LinkageError e) {
      throw missing("sgconv_cpu_version", e);
    }
  }

  static String tier() {
    try {
      return SgconvCpu.sgconv_cpu_tier().getString(0);
    } catch (LinkageError e) {
      throw missing("sgconv_cpu_tier", e);
    }
  }

  static String lastError() {
    try {
      return SgconvCpu.sgconv_cpu_last_error().getString(0);
    } catch (LinkageError e) {
      throw missing("sgconv_cpu_last_error", e);
    }
  }

  static void contextCreate(int threads, MemorySegment context) {
    String function = "sgconv_cpu_context_create";
    try {
      check(function, SgconvCpu.sgconv_cpu_context_create(threads, context));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void contextThreads(MemorySegment context, MemorySegment threads) {
    String function = "sgconv_cpu_context_threads";
    try {
      check(function, SgconvCpu.sgconv_cpu_context_threads(context, threads));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  /** Takes the context and returns nothing. */
  static MethodHandle contextDestroy() {
    String function = "sgconv_cpu_context_destroy";
    try {
      return SgconvCpu.sgconv_cpu_context_destroy$handle();
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void kernelNorm(
      MemorySegment context,
      MemorySegment geometry,
      MemorySegment weights,
      MemorySegment decay,
      MemorySegment norm) {
    String function = "sgconv_cpu_kernel_norm";
    try {
      check(function, SgconvCpu.sgconv_cpu_kernel_norm(context, geometry, weights, decay, norm));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void kernelForward(
      MemorySegment context,
      MemorySegment geometry,
      MemorySegment weights,
      MemorySegment decay,
      MemorySegment norm,
      long length,
      MemorySegment kernel) {
    String function = "sgconv_cpu_kernel_forward";
    try {
      check(
          function,
          SgconvCpu.sgconv_cpu_kernel_forward(
              context, geometry, weights, decay, norm, length, kernel));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void kernelBackward(
      MemorySegment context,
      MemorySegment geometry,
      MemorySegment weights,
      MemorySegment decay,
      MemorySegment norm,
      long length,
      MemorySegment gradKernel,
      MemorySegment gradWeights,
      MemorySegment gradDecay) {
    String function = "sgconv_cpu_kernel_backward";
    try {
      check(
          function,
          SgconvCpu.sgconv_cpu_kernel_backward(
              context, geometry, weights, decay, norm, length, gradKernel, gradWeights, gradDecay));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void planCreate(MemorySegment context, MemorySegment geometry, MemorySegment plan) {
    String function = "sgconv_cpu_plan_create";
    try {
      check(function, SgconvCpu.sgconv_cpu_plan_create(context, geometry, plan));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void planMemory(
      MemorySegment context,
      MemorySegment geometry,
      MemorySegment held,
      MemorySegment building,
      MemorySegment spectrum) {
    String function = "sgconv_cpu_plan_memory";
    try {
      check(
          function, SgconvCpu.sgconv_cpu_plan_memory(context, geometry, held, building, spectrum));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void kernelMemory(
      MemorySegment context, MemorySegment geometry, long length, MemorySegment bytes) {
    String function = "sgconv_cpu_kernel_memory";
    try {
      check(function, SgconvCpu.sgconv_cpu_kernel_memory(context, geometry, length, bytes));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  /** Takes the plan and returns nothing. */
  static MethodHandle planDestroy() {
    String function = "sgconv_cpu_plan_destroy";
    try {
      return SgconvCpu.sgconv_cpu_plan_destroy$handle();
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void planTransformSize(MemorySegment plan, MemorySegment size) {
    String function = "sgconv_cpu_plan_transform_size";
    try {
      check(function, SgconvCpu.sgconv_cpu_plan_transform_size(plan, size));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void planSpectrumBytes(MemorySegment plan, MemorySegment bytes) {
    String function = "sgconv_cpu_plan_spectrum_bytes";
    try {
      check(function, SgconvCpu.sgconv_cpu_plan_spectrum_bytes(plan, bytes));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void spectrumPrepare(
      MemorySegment plan, MemorySegment kernel, MemorySegment skip, MemorySegment spectrum) {
    String function = "sgconv_cpu_spectrum_prepare";
    try {
      check(function, SgconvCpu.sgconv_cpu_spectrum_prepare(plan, kernel, skip, spectrum));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void convolutionForward(
      MemorySegment plan,
      MemorySegment spectrum,
      long batch,
      MemorySegment u,
      MemorySegment pre,
      MemorySegment post,
      MemorySegment y) {
    String function = "sgconv_cpu_convolution_forward";
    try {
      check(
          function,
          SgconvCpu.sgconv_cpu_convolution_forward(plan, spectrum, batch, u, pre, post, y));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  static void convolutionBackward(
      MemorySegment plan,
      MemorySegment spectrum,
      long batch,
      MemorySegment u,
      MemorySegment dy,
      MemorySegment pre,
      MemorySegment post,
      MemorySegment du,
      MemorySegment dk,
      MemorySegment dskip,
      MemorySegment dpre,
      MemorySegment dpost) {
    String function = "sgconv_cpu_convolution_backward";
    try {
      check(
          function,
          SgconvCpu.sgconv_cpu_convolution_backward(
              plan, spectrum, batch, u, dy, pre, post, du, dk, dskip, dpre, dpost));
    } catch (LinkageError e) {
      throw missing(function, e);
    }
  }

  /** The text belongs to this thread: nothing between the call and here may switch carriers. */
  private static void check(String function, int code) {
    if (code != NativeStatus.OK) {
      throw new NativeStatusException(function, NativeStatus.of(code), code, lastError());
    }
  }

  private static NativeLibraryException missing(String function, LinkageError cause) {
    return new NativeLibraryException(
        "the loaded CPU library has no function "
            + function
            + ": use sgconv-native and sgconv-bindings of one version",
        cause);
  }
}
