package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.sgconv.Backend;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** This library's synthesis through its public API, into existing tensors. */
final class SgconvSynthesis implements SynthesisPeer {

  private final KernelSynthesis synthesis;
  private final SynthesisInputs inputs;
  private final Tensor kernel;
  private final KernelGradients gradients;

  SgconvSynthesis(Backend backend, SynthesisInputs inputs) {
    this.synthesis = KernelSynthesis.on(backend);
    this.inputs = inputs;
    this.kernel = Tensor.zeros(DType.FLOAT32, inputs.kernelGradient().shape());
    this.gradients = KernelGradients.allocate(inputs.parameters());
  }

  @Override
  public void forward() {
    synthesis.forward(inputs.parameters(), kernel);
  }

  @Override
  public void backward() {
    synthesis.backward(inputs.parameters(), inputs.kernelGradient(), gradients);
  }

  @Override
  public MemorySegment kernel() {
    return kernel.segment();
  }

  @Override
  public MemorySegment weightGradient() {
    return gradients.weights().segment();
  }

  @Override
  public void close() {
    gradients.close();
    kernel.close();
  }
}
