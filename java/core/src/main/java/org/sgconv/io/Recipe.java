package org.sgconv.io;

import java.io.InvalidObjectException;
import java.io.Serial;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidFileException;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;

/**
 * A layer as something that can be sent to other processes: how its kernel is put together, and the
 * bytes of a safetensors file with its parameters. Tensors, parameters, convolutions and their
 * spectra hold memory of one process and cannot be serialized: send a recipe, and make them anew
 * there, once for every process.
 *
 * {@snippet :
 * Recipe recipe = Recipe.of(checkpoint); // here
 * try (Checkpoint layer = recipe.open(DType.FLOAT32)) { // there
 *   var spectrum = convolution.prepare(layer.moveTo(backend).parameters());
 * }
 * }
 *
 * <p>Immutable.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Recipe implements Serializable {

  private static final long serialVersionUID = 1L;

  /** What messages about the bytes call them. */
  private static final String NAME = "recipe.safetensors";

  private final KernelSpec spec;
  private final byte[] bytes;

  private Recipe(KernelSpec spec, byte[] bytes) {
    this.spec = spec;
    this.bytes = bytes;
  }

  /**
   * The recipe of a layer.
   *
   * @throws org.sgconv.InvalidArgumentException if its parameters are too many for an array
   */
  public static Recipe of(Checkpoint layer) {
    return new Recipe(layer.parameters().spec(), layer.toBytes());
  }

  /**
   * A recipe of these bytes, which are copied.
   *
   * @param safetensors a file as {@link Checkpoint} describes it
   * @throws InvalidFileException if its header is not sound
   */
  public static Recipe of(KernelSpec spec, byte[] safetensors) {
    Objects.requireNonNull(spec, "spec");
    byte[] copy = safetensors.clone();
    Safetensors.of(NAME, copy).close();
    return new Recipe(spec, copy);
  }

  /** How the kernel is put together. */
  public KernelSpec spec() {
    return spec;
  }

  /** A copy of the safetensors file's bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /**
   * The layer, in the host's memory; the caller closes it.
   *
   * @param type of the parameters, FLOAT32 or FLOAT64
   * @throws InvalidFileException if a tensor is missing or contradicts the spec
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   */
  public Checkpoint open(DType type) {
    try (Safetensors file = Safetensors.of(NAME, bytes)) {
      return Checkpoint.read(file, spec, type, "");
    }
  }

  /** What came from elsewhere is looked at before it is used. */
  @Serial
  private Object readResolve() throws InvalidObjectException {
    @Nullable KernelSpec readSpec = spec;
    byte @Nullable [] readBytes = bytes;
    if (readSpec == null || readBytes == null) {
      throw new InvalidObjectException("a Recipe without spec or bytes");
    }
    try {
      return of(readSpec, readBytes);
    } catch (InvalidFileException unsound) {
      InvalidObjectException failure = new InvalidObjectException("an unsound Recipe");
      failure.initCause(unsound);
      throw failure;
    }
  }
}
