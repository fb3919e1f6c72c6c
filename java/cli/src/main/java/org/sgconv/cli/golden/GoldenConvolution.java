package org.sgconv.cli.golden;

import java.util.List;
import java.util.Optional;
import org.sgconv.Backend;
import org.sgconv.DecayLaw;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.io.Checkpoint;
import org.sgconv.io.PublishedConfiguration;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The kernel, the convolution and the skip of a layer alone. */
final class GoldenConvolution {

  private static final String SCALE = "kernel_list.";

  private GoldenConvolution() {}

  static List<Comparison> compare(GoldenFile file, Backend backend, DType type) {
    KernelSpec spec = PublishedConfiguration.spec(file.configuration().toString());
    Bounds bounds = Bounds.of(type);
    Comparisons comparisons =
        new Comparisons(
            file, spec.decay() == DecayLaw.POWER ? bounds.withSingleLogarithms() : bounds);
    KernelSynthesis synthesis = KernelSynthesis.on(backend);
    try (Checkpoint checkpoint = Checkpoint.read(file.tensors(), spec, type, "state.");
        KernelParameters parameters = checkpoint.parameters().copyTo(backend);
        Tensor skip = checkpoint.skip().copyTo(backend);
        Tensor u = file.tensors().read("u", type).moveTo(backend);
        Tensor dy = file.tensors().read("dy", type).moveTo(backend);
        LongConvolution convolution =
            LongConvolution.create(
                backend, spec.mode(), spec.heads(), spec.hidden(), u.dim(2), type);
        KernelSpectrum spectrum = convolution.prepare(parameters, skip);
        Tensor y = convolution.forward(spectrum, u);
        Gradients gradients = convolution.backward(spectrum, u, dy);
        KernelGradients ofKernel = synthesis.backward(parameters, gradients.kernel())) {
      comparisons.output("y", y.toDoubleArray());
      comparisons.gradients(
          "grad.", file.namesAfter("grad."), name -> gradient(name, gradients, ofKernel));
    }
    return comparisons.made();
  }

  private static Optional<double[]> gradient(
      String name, Gradients gradients, KernelGradients ofKernel) {
    return switch (name) {
      case "u" -> Optional.of(gradients.input().toDoubleArray());
      case "D" -> gradients.skip().map(Tensor::toDoubleArray);
      case "decay" -> ofKernel.decay().map(Tensor::toDoubleArray);
      default -> name.startsWith(SCALE) ? scale(name, ofKernel) : Optional.empty();
    };
  }

  private static Optional<double[]> scale(String name, KernelGradients ofKernel) {
    long index = Long.parseLong(name.substring(SCALE.length()));
    try (Tensor slice = ofKernel.weights().slice(index)) {
      return Optional.of(slice.toDoubleArray());
    }
  }
}
