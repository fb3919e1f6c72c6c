package org.sgconv.benchmarks.peers;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.kernel.KernelSpec;

/**
 * The synthesis in PyTorch through DJL: interpolate each scale and concatenate. Decay and norm
 * scale the weights before interpolation, which saves two passes over the kernel. Backward is
 * autograd's, on a graph that is kept.
 */
final class PyTorchSynthesis implements SynthesisPeer {

  /**
   * DJL always asks PyTorch for antialiasing, which PyTorch has in two dimensions only and which
   * changes nothing when stretching: so rows are images of height 1.
   */
  private static final int BILINEAR = 2;

  private final KernelSpec spec;
  private final NDManager manager;
  private final NDArray weights;
  private final NDArray coefficients;
  private final NDArray gradient;
  private final NDArray graph;
  private @Nullable NDArray kernel;

  PyTorchSynthesis(SynthesisInputs inputs, int threads) {
    spec = inputs.parameters().spec();
    manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    JniUtils.setNumThreads(threads);
    long s = spec.scales();
    long h = spec.hidden();
    long d = spec.kernelDim();
    weights = manager.create(inputs.parameters().weights().toFloatArray(), new Shape(s, h, d));
    coefficients = manager.create(inputs.coefficients(), new Shape(s, h, 1));
    gradient =
        manager.create(inputs.kernelGradient().toFloatArray(), new Shape(1, h, 1, inputs.length()));
    weights.setRequiresGradient(true);
    JniUtils.setGradMode(true);
    graph = synthesize();
    JniUtils.setGradMode(false);
  }

  private NDArray synthesize() {
    try (NDManager scope = manager.newSubManager()) {
      scope.tempAttachAll(weights, coefficients);
      NDArray scaled = weights.mul(coefficients);
      NDList pieces = new NDList();
      for (int i = 0; i < spec.scales(); i++) {
        PtNDArray piece = (PtNDArray) scaled.get(i).reshape(1, spec.hidden(), 1, -1);
        long factor = spec.factor(i);
        long[] size = {1, spec.kernelDim() * factor};
        pieces.add(factor == 1 ? piece : JniUtils.interpolate(piece, size, BILINEAR, false));
      }
      NDArray result = NDArrays.concat(pieces, -1);
      result.attach(manager);
      return result;
    }
  }

  @Override
  public void forward() {
    NDArray previous = kernel;
    kernel = synthesize();
    if (previous != null) {
      previous.close();
    }
  }

  @Override
  public void backward() {
    JniUtils.zeroGrad((PtNDArray) weights);
    JniUtils.backward((PtNDArray) graph, (PtNDArray) gradient, true, false);
  }

  @Override
  public MemorySegment kernel() {
    NDArray current = kernel;
    if (current == null) {
      throw new IllegalStateException("forward() has not run");
    }
    return MemorySegment.ofArray(current.toFloatArray());
  }

  @Override
  public MemorySegment weightGradient() {
    try (NDArray values = weights.getGradient()) {
      return MemorySegment.ofArray(values.toFloatArray());
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
