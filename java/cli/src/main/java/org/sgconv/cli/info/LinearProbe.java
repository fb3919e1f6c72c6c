package org.sgconv.cli.info;

import java.util.List;
import org.sgconv.Backend;
import org.sgconv.SgConvException;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Whether a backend of the host can compute linear maps, of which models are made: their matrix
 * products may be in a library that is loaded with the first, and so is not known before.
 */
final class LinearProbe {

  private LinearProbe() {}

  /** Why it cannot, a line; none if it can, or has no operations of layers at all. */
  static List<String> failures(Backend backend) {
    BackendProvider provider = BackendProvider.of(backend);
    if (provider.stream().isPresent()) {
      return List.of();
    }
    LayerOperations layers;
    try {
      layers = provider.layers();
    } catch (SgConvException none) {
      return List.of(); // Convolutions are all that this one is for.
    }
    try (Tensor x = Tensor.zeros(DType.FLOAT32, 1, 1, 1);
        Tensor weight = Tensor.zeros(DType.FLOAT32, 1, 1);
        Tensor y = Tensor.zeros(DType.FLOAT32, 1, 1, 1)) {
      layers.linear(
          new LinearOperands(
              false, Dropout.NONE, false, Dropout.NONE, x, weight, null, null, null, y));
      return List.of();
    } catch (SgConvException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }
}
