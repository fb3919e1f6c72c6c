package org.sgconv.nn.state;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.io.Checkpoint;
import org.sgconv.io.Safetensors;
import org.sgconv.io.TensorEntry;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Shape;
import org.sgconv.tensor.Tensor;
import org.sgconv.text.PrintableText;

/**
 * Values from a safetensors file. Each must be there, with the stated shape, finite; {@link
 * #requireAllUsed} says whether the file has more.
 *
 * @since 0.1.0
 */
public final class StoredSource implements ParameterSource {

  private final Safetensors file;
  private final NameMap names;
  private final Backend backend;
  private final DType type;
  private final String prefix;
  private final Set<String> used;

  private StoredSource(
      Safetensors file,
      NameMap names,
      Backend backend,
      DType type,
      String prefix,
      Set<String> used) {
    this.file = file;
    this.names = names;
    this.backend = backend;
    this.type = type;
    this.prefix = prefix;
    this.used = used;
  }

  /**
   * The values of an open file, where a backend computes.
   *
   * @param prefix what all names begin with, such as {@code "state."}; may be empty
   * @param type of the values, whatever floating-point type the file has
   */
  public static StoredSource of(
      Safetensors file, NameMap names, String prefix, Backend backend, DType type) {
    return new StoredSource(file, names, backend, type, prefix, new LinkedHashSet<>());
  }

  @Override
  public Tensor tensor(String name, Start start, long inputs, long... shape) {
    String stored = use(name);
    TensorEntry entry = file.entry(stored);
    if (!Arrays.equals(entry.dims().stream().mapToLong(Long::longValue).toArray(), shape)) {
      throw new InvalidFileException(
          file.path(),
          "tensor "
              + PrintableText.quote(stored)
              + " has shape "
              + entry.shapeText()
              + ", but the configuration says "
              + Shape.format(shape)
              + ": state the configuration that the model was trained with, or take another file");
    }
    Tensor tensor = file.read(stored, type);
    try {
      requireFinite(stored, tensor);
      return tensor.moveTo(backend);
    } catch (RuntimeException failure) {
      tensor.close();
      throw failure;
    }
  }

  private void requireFinite(String stored, Tensor tensor) {
    try {
      TensorCheck.finite(PrintableText.quote(stored), tensor);
    } catch (InvalidArgumentException notFinite) {
      throw new InvalidFileException(file.path(), "tensor " + notFinite.getMessage(), notFinite);
    }
  }

  @Override
  public Tensor variances(String name, long hidden) {
    Tensor variances = tensor(name, Start.ONES, 1, hidden);
    double[] values = variances.toDoubleArray();
    for (int h = 0; h < values.length; h++) {
      if (values[h] < 0) {
        variances.close();
        throw belowZero(name, values[h] + " at (" + h + ")");
      }
    }
    return variances;
  }

  @Override
  public long number(String name) {
    long value = file.readInteger(use(name));
    if (value < 0) {
      throw belowZero(name, String.valueOf(value));
    }
    return value;
  }

  private InvalidFileException belowZero(String name, String value) {
    String stored = PrintableText.quote(names.inFile(prefix + name));
    return new InvalidFileException(
        file.path(), "tensor " + stored + " is " + value + ", expected at least 0");
  }

  @Override
  public KernelParameters kernel(KernelSpec spec) {
    List<String> before = file.names();
    Checkpoint checkpoint = Checkpoint.read(file, spec, type, name -> names.inFile(prefix + name));
    checkpoint.skip().close(); // the layer asks for it by its name
    before.stream().filter(name -> !checkpoint.ignored().contains(name)).forEach(used::add);
    KernelParameters parameters = checkpoint.parameters();
    try {
      return parameters.moveTo(backend);
    } catch (RuntimeException failure) {
      parameters.close();
      throw failure;
    }
  }

  @Override
  public ParameterSource child(String name) {
    return new StoredSource(file, names, backend, type, prefix + name + ".", used);
  }

  /**
   * Returns normally only if the file has no tensor, among those whose names begin with the prefix,
   * that was not asked for.
   *
   * @throws InvalidFileException otherwise, with their names
   */
  public void requireAllUsed() {
    List<String> surplus =
        file.names().stream()
            .filter(name -> name.startsWith(prefix) && !used.contains(name))
            .toList();
    if (!surplus.isEmpty()) {
      throw new InvalidFileException(
          file.path(),
          "has tensors that the configuration has no place for: "
              + PrintableText.list(surplus)
              + "; state the configuration that the model was trained with");
    }
  }

  private String use(String name) {
    String stored = names.inFile(prefix + name);
    if (!used.add(stored)) {
      throw new InvalidArgumentException(
          "two tensors of the model have the name "
              + PrintableText.quote(stored)
              + " in the file, one of them "
              + PrintableText.quote(prefix + name)
              + ": state a NameMap that keeps them apart");
    }
    return stored;
  }
}
