package org.sgconv.cli.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.InvalidFileException;
import org.sgconv.io.Checkpoint;
import org.sgconv.io.Safetensors;
import org.sgconv.io.TensorEntry;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.text.PrintableText;

/**
 * Reads a layer of the published code. Sizes and the law of the decay are taken from the file; what
 * a file does not hold, the caller states.
 *
 * @param prefix what the layer's names in the file begin with
 * @param mode the published {@code bidirectional}
 * @param composition the published {@code cat} or {@code sum}
 * @param interpolation the published {@code nearest}, otherwise linear
 * @param initScale the published {@code init_scale}
 */
public record CheckpointLayer(
    String prefix,
    ConvolutionMode mode,
    Composition composition,
    Interpolation interpolation,
    int initScale) {

  private static final String KERNEL = "kernel_list.";

  /**
   * The layer in a file; the caller closes it.
   *
   * @param check refuses a layer of wrong sizes, before a norm that the file lacks is computed
   * @throws InvalidFileException if the file is not sound or contradicts what was stated
   */
  public KernelAndSkip read(Path path, Consumer<KernelSpec> check) {
    try (Safetensors file = Safetensors.open(path)) {
      return read(file, check);
    }
  }

  /** As {@link #read(Path, Consumer)}, from an open file, which stays open. */
  KernelAndSkip read(Safetensors file, Consumer<KernelSpec> check) {
    KernelSpec spec = spec(file);
    check.accept(spec);
    Checkpoint checkpoint = Checkpoint.read(file, spec, DType.FLOAT32, prefix);
    String name = PrintableText.escape(String.valueOf(file.path().getFileName()));
    return new KernelAndSkip(name, checkpoint.parameters(), checkpoint.skip());
  }

  private KernelSpec spec(Safetensors file) {
    List<Long> kernel = dims(file, KERNEL + 0, "(C',H,d)", 3);
    List<Long> skip = dims(file, "D", "(C,H)", 2);
    int scales = 1;
    while (file.entries().containsKey(prefix + KERNEL + scales)) {
      scales++;
    }
    boolean power = file.entries().containsKey(prefix + "decay");
    return KernelSpec.builder()
        .heads(size(file, skip.get(0)))
        .hidden(size(file, kernel.get(1)))
        .kernelDim(size(file, kernel.get(2)))
        .scales(scales)
        .mode(mode)
        .composition(composition)
        .interpolation(interpolation)
        .initScale(initScale)
        .decay(power ? DecayLaw.POWER : DecayLaw.GEOMETRIC)
        .build();
  }

  private List<Long> dims(Safetensors file, String name, String expected, int rank) {
    TensorEntry entry = file.entry(prefix + name);
    if (entry.dims().size() != rank) {
      throw new InvalidFileException(
          file.path(),
          String.format(
              Locale.ROOT,
              "tensor %s%s has shape %s, expected %s",
              prefix,
              name,
              entry.shapeText(),
              expected));
    }
    return entry.dims();
  }

  private static int size(Safetensors file, long dim) {
    if (dim < 1 || dim > Integer.MAX_VALUE) {
      throw new InvalidFileException(
          file.path(), "a layer's size is " + dim + ", expected 1 to " + Integer.MAX_VALUE);
    }
    return (int) dim;
  }
}
