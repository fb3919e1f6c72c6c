package org.sgconv.cli.golden;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sgconv.Backend;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.layer.SgConvLayer;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.nn.state.NameMap;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.nn.state.ParameterList;
import org.sgconv.nn.state.StoredSource;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A whole layer: u, dy, y and every gradient of Σ y·dy. */
final class GoldenLayer {

  private GoldenLayer() {}

  static List<Comparison> compare(GoldenFile file, Backend backend, DType type) {
    SgConvSpec spec = PublishedModel.layer(file.configuration());
    // Signals are (B,L,H) there unless the layer is the transposed one.
    boolean swapped = !spec.transposed();
    Comparisons comparisons = new Comparisons(file, Bounds.of(type));
    StoredSource source =
        StoredSource.of(file.tensors(), NameMap.PUBLISHED, "state.", backend, type);
    try (SgConvLayer layer = SgConvLayer.create(spec, source);
        Pass pass = Pass.training(backend, type, 0);
        Tensor u = signal(file, "u", swapped, backend, type);
        Tensor dy = signal(file, "dy", swapped, backend, type)) {
      source.requireAllUsed();
      Tensor y = layer.forward(u, pass);
      comparisons.output("y", Comparisons.valuesOf(y, swapped));
      Tensor du = layer.backward(dy, pass);
      Map<String, Parameter> parameters = new HashMap<>();
      for (NamedParameter each : ParameterList.of(layer)) {
        parameters.put(each.name(), each.parameter());
      }
      comparisons.gradients(
          "grad.",
          file.namesAfter("grad."),
          name ->
              name.equals("u")
                  ? Optional.of(Comparisons.valuesOf(du, swapped))
                  : Optional.ofNullable(parameters.get(name))
                      .map(parameter -> parameter.gradient().toDoubleArray()));
    }
    return comparisons.made();
  }

  private static Tensor signal(
      GoldenFile file, String name, boolean swapped, Backend backend, DType type) {
    Tensor stored = file.tensors().read(name, type);
    if (!swapped) {
      return stored.moveTo(backend);
    }
    try (stored) {
      return stored.transpose().moveTo(backend);
    }
  }
}
