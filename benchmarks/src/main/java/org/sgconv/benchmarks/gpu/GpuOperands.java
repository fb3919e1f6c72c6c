package org.sgconv.benchmarks.gpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.DeviceBackend;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * What a case takes and where its results go, on the device: a kernel and a skip, and sets of
 * signals that are used in turn. Every path through the backend works on the same.
 */
final class GpuOperands implements AutoCloseable {

  private final GpuCase what;
  private final DeviceTensors tensors;
  private final Tensor kernel;
  private final Tensor skip;
  private final List<Tensor> u = new ArrayList<>();
  private final List<Tensor> dy = new ArrayList<>();
  private final List<Tensor> outputs = new ArrayList<>();
  private final List<Gradients> gradients = new ArrayList<>();

  private GpuOperands(DeviceBackend backend, GpuCase what) {
    this.what = what;
    tensors = new DeviceTensors(backend);
    try {
      long hidden = what.shape().hidden();
      long length = what.shape().length();
      kernel = tensors.normal(DType.FLOAT32, 1 / Math.sqrt((double) length), 1, hidden, length);
      skip = tensors.normal(DType.FLOAT32, 1, 1, hidden);
    } catch (RuntimeException failure) {
      tensors.close();
      throw failure;
    }
  }

  /**
   * Random operands and room for the results.
   *
   * @param sets of signals, ≥ 1
   */
  static GpuOperands allocate(DeviceBackend backend, GpuCase what, int sets) {
    GpuOperands operands = new GpuOperands(backend, what);
    try {
      operands.addSets(sets);
    } catch (RuntimeException failure) {
      operands.close();
      throw failure;
    }
    return operands;
  }

  private void addSets(int sets) {
    long hidden = what.shape().hidden();
    long length = what.shape().length();
    long[] dims = {what.shape().batch(), hidden, length};
    if (what.operation() == GpuOperation.FORWARD) {
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

  GpuCase what() {
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

  /** Results of the first set by the names that they have in reports: y, or du, dk and dD. */
  Map<String, Tensor> results() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    if (what.operation() == GpuOperation.FORWARD) {
      results.put("y", outputs.getFirst());
    } else {
      results.put("du", gradients.getFirst().input());
      results.put("dk", gradients.getFirst().kernel());
      results.put("dD", gradients.getFirst().skip().orElseThrow());
    }
    return results;
  }

  /** Overwrites the results of the first set by operands of their shapes. */
  void overwriteResults() {
    results()
        .forEach(
            (name, result) ->
                result.copyFrom(
                    switch (name) {
                      case "dk" -> kernel;
                      case "dD" -> skip;
                      default -> input();
                    }));
  }

  /** Submits the operation on the set whose turn it is. */
  void submit(LongConvolution convolution, KernelSpectrum spectrum, int call) {
    int set = call % u.size();
    if (what.operation() == GpuOperation.FORWARD) {
      convolution.forward(spectrum, u.get(set), Gates.none(), outputs.get(set));
    } else {
      convolution.backward(spectrum, u.get(set), Gates.none(), dy.get(set), gradients.get(set));
    }
  }

  @Override
  public void close() {
    tensors.close();
  }
}
