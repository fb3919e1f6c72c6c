package org.sgconv.io;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.sgconv.Backends;
import org.sgconv.DecayLaw;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.text.PrintableText;

/** Imports one layer: first every name and shape against the spec, then the values. */
final class CheckpointReader {

  private static final String KERNEL = "kernel_list.";

  private final Safetensors file;
  private final KernelSpec spec;
  private final DType type;

  /** What messages call the layer. */
  private final String layer;

  private final UnaryOperator<String> names;
  private final Set<String> used = new LinkedHashSet<>();

  CheckpointReader(
      Safetensors file, KernelSpec spec, DType type, String layer, UnaryOperator<String> names) {
    this.file = file;
    this.spec = spec;
    this.type = type;
    this.layer = layer;
    this.names = names;
  }

  Checkpoint read() {
    checkKernels();
    checkDecay();
    check("D", "(C,H), heads and hidden", spec.heads(), spec.hidden());
    boolean initialized = checkNorm();
    try (Closer made = Closer.onFailure()) {
      Tensor weights = weights(made);
      Tensor decay = decay(made);
      KernelParameters parameters =
          initialized
              ? KernelParameters.of(spec, weights, decay, norm(made))
              : KernelParameters.of(spec, weights, decay);
      Tensor skip = values(made, "D", spec.heads(), spec.hidden());
      TensorCheck.finite("D", skip);
      if (!initialized) {
        // In float64, whatever the type: once for the life of the parameters.
        made.add(KernelSynthesis.on(Backends.reference()).norm(parameters));
      }
      List<String> ignored = new ArrayList<>(file.names());
      ignored.removeAll(used);
      made.keep();
      return new Checkpoint(parameters, skip, ignored);
    } catch (InvalidArgumentException e) {
      throw new InvalidFileException(
          file.path(), "layer " + PrintableText.quote(layer) + ": " + e.getMessage(), e);
    }
  }

  private void checkKernels() {
    String first = entry(KERNEL + 0).shapeText();
    int found = 1;
    while (file.entries().containsKey(names.apply(KERNEL + found))) {
      found++;
    }
    if (found != spec.scales()) {
      throw contradiction(
          "kernel_list has " + found + " scales, the first " + first + ",",
          "scales = "
              + spec.scales()
              + " (kernelDim "
              + spec.kernelDim()
              + ", initScale "
              + spec.initScale()
              + ", maxLength "
              + spec.maxLength()
              + ")");
    }
    for (int scale = 0; scale < found; scale++) {
      check(
          KERNEL + scale,
          "(C',H,d), kernel channels (" + spec.mode() + "), hidden and kernelDim",
          spec.channels(),
          spec.hidden(),
          spec.kernelDim());
    }
  }

  private void checkDecay() {
    boolean power = spec.decay() == DecayLaw.POWER;
    boolean hasExponents = file.entries().containsKey(names.apply("decay"));
    if (hasExponents != power) {
      throw contradiction(
          hasExponents
              ? "decay " + entry("decay").shapeText() + " is there, as with the power law,"
              : "there is no decay, as with the geometric law,",
          "decay = " + spec.decay());
    }
    if (power) {
      check("decay", "(H), hidden", spec.hidden());
      check("multiplier", "(), as with the power law");
      try (Tensor multiplier = file.read(names.apply("multiplier"), DType.FLOAT64)) {
        if (multiplier.getFlat(0) != 1) {
          throw new InvalidFileException(
              file.path(),
              "tensor "
                  + PrintableText.quote(names.apply("multiplier"))
                  + " is "
                  + multiplier.getFlat(0)
                  + ", expected 1 with the power law");
        }
      }
    } else {
      check("multiplier", "(1,H,1), hidden", 1, spec.hidden(), 1);
    }
  }

  /** Whether the norm has been taken. */
  private boolean checkNorm() {
    use("kernel_norm_initialized");
    boolean initialized = file.readInteger(names.apply("kernel_norm_initialized")) != 0;
    boolean old = List.of((long) spec.hidden(), 1L).equals(entry("kernel_norm").dims());
    if (initialized || !old) {
      check(
          "kernel_norm", "(C',H,1), kernel channels and hidden", spec.channels(), spec.hidden(), 1);
    }
    use("kernel_norm");
    return initialized;
  }

  private Tensor weights(Closer made) {
    int d = spec.kernelDim();
    Tensor weights =
        made.add(Tensor.uninitialized(type, spec.scales(), spec.channels(), spec.hidden(), d));
    for (int scale = 0; scale < spec.scales(); scale++) {
      try (Tensor stored = file.read(names.apply(KERNEL + scale), type);
          Tensor target = weights.slice(scale)) {
        target.copyFrom(stored);
      }
    }
    return weights;
  }

  private Tensor decay(Closer made) {
    return values(made, spec.decay() == DecayLaw.POWER ? "decay" : "multiplier", spec.hidden());
  }

  private Tensor norm(Closer made) {
    return values(made, "kernel_norm", spec.channels(), spec.hidden());
  }

  /** A copy of a tensor in another shape of as many elements. */
  private Tensor values(Closer made, String name, long... dims) {
    Tensor values = made.add(Tensor.uninitialized(type, dims));
    try (Tensor stored = file.read(names.apply(name), type);
        Tensor view = stored.reshape(dims)) {
      values.copyFrom(view);
    }
    return values;
  }

  private void check(String name, String meaning, long... expected) {
    use(name);
    TensorEntry entry = entry(name);
    if (!Arrays.equals(entry.dimArray(), expected)) {
      String wanted = Arrays.stream(expected).mapToObj(String::valueOf).collect(joining(", "));
      throw contradiction(name + " is " + entry.shapeText(), meaning + " = (" + wanted + ")");
    }
  }

  private TensorEntry entry(String name) {
    return file.entry(names.apply(name));
  }

  private void use(String name) {
    used.add(names.apply(name));
  }

  private InvalidFileException contradiction(String found, String stated) {
    return new InvalidFileException(
        file.path(),
        "layer "
            + PrintableText.quote(layer)
            + ": "
            + found
            + " but the spec says "
            + stated
            + ": state the spec that the model was trained with, or take another file");
  }
}
