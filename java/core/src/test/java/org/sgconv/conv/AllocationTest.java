package org.sgconv.conv;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sgconv.ConvolutionMode;
import org.sgconv.contract.AllocatedBytes;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.spi.RecordingBackend;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Calls into given tensors allocate nothing on the Java heap, whatever the compiler makes of them.
 */
class AllocationTest {

  private static final int CALLS = 20_000;

  private final RecordingBackend provider = new RecordingBackend(DType.FLOAT32);

  @Test
  void callsIntoGivenTensorsAllocateNothing() {
    provider.recording = false;
    KernelSpec spec = KernelSpec.builder().hidden(4).heads(2).maxLength(16).kernelDim(4).build();
    KernelSynthesis synthesis = KernelSynthesis.on(provider.backend);
    try (LongConvolution convolution =
            LongConvolution.create(provider.backend, ConvolutionMode.CAUSAL, 2, 4, 16);
        KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT32, 1);
        KernelGradients kernelGradients = KernelGradients.allocate(parameters);
        Tensor kernel = synthesis.forward(parameters, 16);
        Tensor skip = Tensor.zeros(DType.FLOAT32, 2, 4);
        Tensor u = Tensor.zeros(DType.FLOAT32, 3, 4, 16);
        Tensor y = Tensor.zeros(DType.FLOAT32, 3, 8, 16);
        KernelSpectrum spectrum = convolution.prepare(kernel, skip)) {
      Gates gates = Gates.of(u, u);
      try (Gradients gradients = Gradients.allocate(convolution, spectrum, 3, gates)) {
        assertAllocatesNothing("synthesis", () -> synthesis.forward(parameters, kernel));
        assertAllocatesNothing(
            "synthesis backward", () -> synthesis.backward(parameters, kernel, kernelGradients));
        assertAllocatesNothing("prepare", () -> spectrum.prepare(kernel, skip));
        assertAllocatesNothing("prepare from parameters", () -> spectrum.prepare(parameters, skip));
        assertAllocatesNothing(
            "prepare from parameters, with the kernel",
            () -> spectrum.synthesize(parameters, skip, kernel));
        assertAllocatesNothing("forward", () -> convolution.forward(spectrum, u, gates, y));
        assertAllocatesNothing(
            "backward", () -> convolution.backward(spectrum, u, gates, y, gradients));
      }
    }
  }

  /** The measurement itself must see an allocation. */
  @Test
  void oneObjectACallIsSeen() {
    Object[] sink = new Object[1];
    assertThat(allocated(() -> sink[0] = new byte[1])).isGreaterThan(8L * CALLS);
  }

  private static void assertAllocatesNothing(String what, Runnable call) {
    // Class loading and the lock's first use, once a thread.
    allocated(call);
    // One object a call would be 16 bytes at least; the measurement's own noise is a few kilobytes.
    assertThat(allocated(call)).as("%s, %d calls", what, CALLS).isLessThan(2L * CALLS);
  }

  private static long allocated(Runnable call) {
    return AllocatedBytes.in(CALLS, call);
  }
}
