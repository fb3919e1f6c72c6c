package org.sgconv.bindings;

import java.util.function.IntSupplier;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.cufft.Cufft;
import org.sgconv.bindings.load.NativeLibraryException;

/**
 * Turns the results of calls into exceptions. A function that the loaded library lacks fails on its
 * own use and no earlier.
 */
final class CudaCall {

  private CudaCall() {}

  /** A call into the CUDA runtime. */
  static void runtime(String function, IntSupplier call) {
    int code = invoke(function, call);
    if (code != Cudart.cudaSuccess()) {
      throw runtimeError(function, code);
    }
  }

  /** A call into cuFFT. */
  static void fft(String function, IntSupplier call) {
    int code = invoke(function, call);
    if (code != Cufft.CUFFT_SUCCESS()) {
      throw new CudaErrorException(
          CudaErrorException.Origin.FFT, function, code, "cuFFT refuses with cufftResult " + code);
    }
  }

  /** A call into the library of CUDA kernels. */
  static void kernel(String function, IntSupplier call) {
    int code = invoke(function, call);
    if (code == NativeStatus.OK) {
      return;
    }
    NativeStatus status = NativeStatus.of(code);
    int deviceError = SgconvCuda.sgconv_cuda_last_device_error();
    String text = SgconvCuda.sgconv_cuda_last_error().getString(0);
    if (status == NativeStatus.DEVICE && deviceError != 0) {
      Cudart.cudaGetLastError(); // an error that is reported must not show again in the next call
      throw new CudaErrorException(CudaErrorException.Origin.RUNTIME, function, deviceError, text);
    }
    throw new NativeStatusException(function, status, code, text);
  }

  /** What a code of the CUDA runtime means. */
  static CudaErrorException runtimeError(String function, int code) {
    Cudart.cudaGetLastError(); // an error that is reported must not show again in the next call
    String text =
        Cudart.cudaGetErrorName(code).getString(0)
            + ", "
            + Cudart.cudaGetErrorString(code).getString(0);
    return new CudaErrorException(CudaErrorException.Origin.RUNTIME, function, code, text);
  }

  private static int invoke(String function, IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (LinkageError e) {
      throw new NativeLibraryException(
          "the loaded CUDA libraries have no function "
              + function
              + ": use CUDA 12.2 or later and sgconv-native of the version of sgconv-bindings",
          e);
    }
  }
}
