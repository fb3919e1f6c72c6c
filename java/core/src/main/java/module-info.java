/**
 * Structured global convolution: convolutions whose kernel is as long as the signal, forward and
 * backward, on the host's processor and on GPUs.
 */
@SuppressWarnings("module") // org.sgconv.nn is compiled after this module
module org.sgconv {
  requires jdk.management;
  requires org.sgconv.bindings;
  requires static org.jspecify;

  exports org.sgconv;
  exports org.sgconv.conv;
  exports org.sgconv.device;
  exports org.sgconv.io;
  exports org.sgconv.kernel;
  exports org.sgconv.oracle;
  exports org.sgconv.signal;
  exports org.sgconv.spi;
  exports org.sgconv.tensor;
  exports org.sgconv.text to
      org.sgconv.nn;

  uses org.sgconv.spi.BackendProvider;

  provides org.sgconv.spi.BackendProvider with
      org.sgconv.internal.cpu.CpuBackend,
      org.sgconv.internal.cuda.CudaBackend,
      org.sgconv.internal.reference.ReferenceBackend;
}
