package org.sgconv.cli.run;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidFileException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.io.Safetensors;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.layer.SgConvLayer;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.nn.state.NameMap;
import org.sgconv.nn.state.StoredSource;
import org.sgconv.tensor.DType;
import org.sgconv.text.PrintableText;

/**
 * A layer of the published code with all that is in it. Whether its linear map ends in a gated
 * linear unit, and which norm there is before it, is seen in the names of a file. Owns its parts.
 *
 * @param kernel and skip of the convolution, in the host's memory
 * @param layer where a backend computes, in the type in which it does
 * @param tail what comes after the convolution, on the reference in float64
 */
public record WholeLayer(KernelAndSkip kernel, SgConvLayer layer, LayerTail tail)
    implements AutoCloseable {

  private static final String GATED = "output_linear.0.weight";
  private static final String PLAIN = "output_linear.weight";
  private static final String LAYER_NORM = "norm.norm.weight";
  private static final String SCALAR_NORM = "norm.norm.m";

  /**
   * The layer in a file; the caller closes it.
   *
   * @param stated what the file does not hold
   * @param check refuses a layer of wrong sizes
   * @throws InvalidFileException if the file is not sound, contradicts what was stated, or has
   *     tensors that no layer has
   */
  public static WholeLayer read(
      Path path, CheckpointLayer stated, Backend backend, Consumer<KernelSpec> check) {
    try (Safetensors file = Safetensors.open(path);
        Closer made = Closer.onFailure()) {
      KernelAndSkip kernel = made.add(stated.read(file, check));
      String prefix = stated.prefix();
      SgConvSpec spec = spec(file, prefix, kernel.parameters().spec());
      StoredSource source =
          StoredSource.of(file, NameMap.PUBLISHED, prefix, backend, RunPlan.type(backend));
      SgConvLayer layer = made.add(SgConvLayer.create(spec, source));
      source.requireAllUsed();
      StoredSource wide =
          StoredSource.of(file, NameMap.PUBLISHED, prefix, Backends.reference(), DType.FLOAT64);
      LayerTail tail = made.add(LayerTail.read(spec, wide));
      made.keep();
      return new WholeLayer(kernel, layer, tail);
    }
  }

  private static SgConvSpec spec(Safetensors file, String prefix, KernelSpec kernel) {
    String linear =
        oneOf(file, prefix, GATED, PLAIN)
            .orElseThrow(
                () ->
                    new InvalidFileException(
                        file.path(),
                        "has neither tensor "
                            + PrintableText.quote(prefix + GATED)
                            + " nor "
                            + PrintableText.quote(prefix + PLAIN)
                            + ", the layer's linear map: leave --layer out to apply kernel and skip"
                            + " alone"));
    Optional<String> norm = oneOf(file, prefix, LAYER_NORM, SCALAR_NORM);
    return SgConvSpec.of(kernel)
        .withGlu(linear.equals(GATED))
        .withNorm(norm.isPresent())
        .withTransposed(norm.filter(SCALAR_NORM::equals).isPresent());
  }

  /** Which of two tensors the file has. */
  private static Optional<String> oneOf(Safetensors file, String prefix, String one, String other) {
    boolean hasOne = file.entries().containsKey(prefix + one);
    boolean hasOther = file.entries().containsKey(prefix + other);
    if (hasOne && hasOther) {
      throw new InvalidFileException(
          file.path(),
          "has both tensors "
              + PrintableText.quote(prefix + one)
              + " and "
              + PrintableText.quote(prefix + other)
              + ", expected one of them, as a layer has");
    }
    return hasOne ? Optional.of(one) : hasOther ? Optional.of(other) : Optional.empty();
  }

  @Override
  public void close() {
    Closer.all(tail, layer, kernel);
  }
}
