package org.sgconv.benchmarks.device;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * What a case takes and where its results go, on the device: a kernel and a skip, and sets of
 * signals that are used in turn. Every path through the backend works on the same.
 */
final class DeviceOperands {

  private final BenchmarkCase what;
  private final RandomTensors tensors;
  private final Tensor kernel;
  private final Tensor skip;
  private final List<Tensor> u = new ArrayList<>();
  private final List<Tensor> dy = new ArrayList<>();
  private final List<Tensor> outputs = new ArrayList<>();
  private final List<Gradients> gradients = new ArrayList<>();

  /**
   * Random operands and room for the results.
   *
   * @param tensors makes and closes all of them
   * @param sets of signals, ≥ 1
   */
  DeviceOperands(RandomTensors tensors, BenchmarkCase what, int sets) {
    this.what = what;
    this.tensors = tensors;
    long hidden = what.shape().hidden();
    long length = what.shape().length();
    kernel = tensors.normal(DType.FLOAT32, 1 / Math.sqrt((double) length), 1, hidden, length);
    skip = tensors.normal(DType.FLOAT32, 1, 1, hidden);
    addSets(sets);
  }

  private void addSets(int sets) {
    long hidden = what.shape().hidden();
    long length = what.shape().length();
    long[] dims = {what.shape().batch(), hidden, length};
    if (what.operation() == Operation.FORWARD) {
      for (int i = 0; i < sets; i++) {
        u.add(tensors.normal(what.type(), 1, dims));
        outputs.add(tensors.zeros(what.type(), dims));
      }
      return;
    }
    Tensor dk = tensors.zeros(DType.FLOAT32, 1, hidden, length);
    Tensor dD = tensors.zeros(DType.FLOAT32, 1, hidden);
    for (int i = 0; i < sets; i++) {
      u.add(tensors.normal(what.type(), 1, dims));
      dy.add(tensors.normal(what.type(), 1, dims));
      gradients.add(
          Gradients.into().input(tensors.zeros(what.type(), dims)).kernel(dk).skip(dD).build());
    }
  }

  BenchmarkCase what() {
    return what;
  }

  /** k (1,H,L). */
  Tensor kernel() {
    return kernel;
  }

  /** D (1,H). */
  Tensor skip() {
    return skip;
  }

  /** u (B,H,L) of the first set. */
  Tensor input() {
    return u.getFirst();
  }

  /** dy (B,H,L) of the first set; of backward only. */
  Tensor outputGradient() {
    return dy.getFirst();
  }

  /** Results of the first set. */
  Map<Output, Tensor> results() {
    Map<Output, Tensor> results = new EnumMap<>(Output.class);
    if (what.operation() == Operation.FORWARD) {
      results.put(Output.SIGNAL, outputs.getFirst());
    } else {
      results.put(Output.INPUT_GRADIENT, gradients.getFirst().input());
      results.put(Output.KERNEL_GRADIENT, gradients.getFirst().kernel());
      results.put(Output.SKIP_GRADIENT, gradients.getFirst().skip().orElseThrow());
    }
    return results;
  }

  /** Overwrites the results of the first set by operands of their shapes. */
  void overwriteResults() {
    results()
        .forEach(
            (output, result) ->
                result.copyFrom(
                    switch (output) {
                      case KERNEL_GRADIENT -> kernel;
                      case SKIP_GRADIENT -> skip;
                      case SIGNAL, INPUT_GRADIENT -> input();
                    }));
  }

  /** Submits the operation on the set whose turn it is. */
  void submit(LongConvolution convolution, KernelSpectrum spectrum, int call) {
    int set = call % u.size();
    if (what.operation() == Operation.FORWARD) {
      convolution.forward(spectrum, u.get(set), Gates.none(), outputs.get(set));
    } else {
      convolution.backward(spectrum, u.get(set), Gates.none(), dy.get(set), gradients.get(set));
    }
  }
}
