package org.sgconv.bindings;

import org.sgconv.bindings.cpu.SgconvCpu;
import org.sgconv.bindings.cublas.Cublas;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.cufft.Cufft;

/**
 * Turns what native functions return into exceptions: {@code NativeResult.cpu("f", SgconvCpu.f())}.
 * Texts of failures belong to the thread, so nothing between a call and its check may put a virtual
 * thread on another carrier: neither a wait nor the first use of a function.
 */
final class NativeResult {

  private NativeResult() {}

  /** Links what reads a failure's text. Call when the library is loaded. */
  static void prepareCpu() {
    SgconvCpu.sgconv_cpu_last_error();
  }

  /** As {@link #prepareCpu}. */
  static void prepareCuda() {
    SgconvCuda.sgconv_cuda_last_error();
    SgconvCuda.sgconv_cuda_last_device_error();
  }

  /** As {@link #prepareCpu}. */
  static void prepareCudart() {
    Cudart.cudaGetErrorName(Cudart.cudaSuccess());
    Cudart.cudaGetErrorString(Cudart.cudaSuccess());
    Cudart.cudaGetLastError();
  }

  /** Of a function of the CPU library. */
  static void cpu(String function, int code) {
    if (code != NativeStatus.OK) {
      String text = SgconvCpu.sgconv_cpu_last_error().getString(0);
      throw new NativeStatusException(function, NativeStatus.of(code), code, text);
    }
  }

  /** Of a function of the library of CUDA kernels. */
  static void cuda(String function, int code) {
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

  /** Of a function of the CUDA runtime. */
  static void cudart(String function, int code) {
    if (code != Cudart.cudaSuccess()) {
      throw cudartError(function, code);
    }
  }

  /** What a code of the CUDA runtime means. */
  static CudaErrorException cudartError(String function, int code) {
    Cudart.cudaGetLastError(); // an error that is reported must not show again in the next call
    String text =
        Cudart.cudaGetErrorName(code).getString(0)
            + ", "
            + Cudart.cudaGetErrorString(code).getString(0);
    return new CudaErrorException(CudaErrorException.Origin.RUNTIME, function, code, text);
  }

  /** Of a function of cuFFT. */
  static void cufft(String function, int code) {
    if (code != Cufft.CUFFT_SUCCESS()) {
      throw new CudaErrorException(
          CudaErrorException.Origin.FFT, function, code, "cuFFT refuses with cufftResult " + code);
    }
  }

  /** Of a function of cuBLAS. */
  static void cublas(String function, int code) {
    if (code != Cublas.CUBLAS_STATUS_SUCCESS()) {
      throw new CudaErrorException(
          CudaErrorException.Origin.PRODUCTS,
          function,
          code,
          Cublas.cublasGetStatusName(code).getString(0));
    }
  }
}
