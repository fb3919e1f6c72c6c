package org.sgconv.io;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.sgconv.Backend;
import org.sgconv.DecayLaw;
import org.sgconv.InvalidFileException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The kernel parameters of a layer of the published code (SGConv, class {@code GConv}), as its
 * {@code state_dict} holds them in a safetensors file:
 *
 * <ul>
 *   <li>{@code kernel_list.0} … {@code kernel_list.(S−1)} (C',H,d), {@code D} (C,H);
 *   <li>{@code multiplier} (1,H,1) with geometric decay; {@code multiplier} (), which is 1, and
 *       {@code decay} (H) with the power law;
 *   <li>{@code kernel_norm} (C',H,1) and {@code kernel_norm_initialized} (); before their first
 *       forward pass older files have (H,1).
 * </ul>
 *
 * The file does not say how the kernel is put together: the caller states that with a {@link
 * KernelSpec}, for instance from {@link PublishedConfiguration}. Owns its tensors.
 *
 * @param parameters with the norm of the file, or one taken at import if the file has none yet
 * @param skip D (C,H)
 * @param ignored names of the file's other tensors
 * @since 0.1.0
 */
public record Checkpoint(KernelParameters parameters, Tensor skip, List<String> ignored)
    implements AutoCloseable {

  /** Copies the list. */
  public Checkpoint {
    ignored = List.copyOf(ignored);
  }

  /**
   * Imports the only layer of a file, whose names have no prefix.
   *
   * @param type of the parameters, whatever floating-point type the file has
   * @throws InvalidFileException if the file is not sound, a tensor is missing or not finite, or
   *     one contradicts the spec
   */
  public static Checkpoint read(Path path, KernelSpec spec, DType type) {
    return read(path, spec, type, "");
  }

  /**
   * Imports one layer from a file.
   *
   * @param type of the parameters, whatever floating-point type the file has
   * @param prefix what the layer's names begin with, such as {@code "layers.0.layer."}
   * @throws InvalidFileException if the file is not sound, a tensor is missing or not finite, or
   *     one contradicts the spec: then the message names the tensor's shape and the spec's value
   */
  public static Checkpoint read(Path path, KernelSpec spec, DType type, String prefix) {
    try (Safetensors file = Safetensors.open(path)) {
      return read(file, spec, type, prefix);
    }
  }

  /**
   * Imports one layer from an open file, which stays open.
   *
   * @param type of the parameters, whatever floating-point type the file has
   * @param prefix what the layer's names begin with, such as {@code "layers.0.layer."}
   * @throws InvalidFileException if a tensor is missing or not finite, or contradicts the spec
   * @throws org.sgconv.ClosedException if the file is closed
   */
  public static Checkpoint read(Safetensors file, KernelSpec spec, DType type, String prefix) {
    return new CheckpointReader(file, spec, type, prefix, name -> prefix + name).read();
  }

  /**
   * Imports one layer from an open file that another program wrote, which stays open.
   *
   * @param type of the parameters, whatever floating-point type the file has
   * @param names the file's name of each tensor, given the one that a layer of its own has
   * @throws InvalidFileException if a tensor is missing or not finite, or contradicts the spec
   * @throws org.sgconv.ClosedException if the file is closed
   */
  public static Checkpoint read(
      Safetensors file, KernelSpec spec, DType type, UnaryOperator<String> names) {
    return new CheckpointReader(file, spec, type, names.apply("D"), names).read();
  }

  /**
   * This checkpoint where a backend computes, as {@link KernelParameters#moveTo}: itself if it is
   * there; otherwise a copy, for which this one is closed. If the method throws, no copy is left
   * and what is open of this is still the caller's to close.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws org.sgconv.HostMemoryException if the host has not the memory
   * @throws org.sgconv.device.DeviceMemoryException if the device has not the memory
   */
  public Checkpoint moveTo(Backend backend) {
    try (Closer made = Closer.onFailure()) {
      boolean there = skip.isOn(backend);
      Tensor movedSkip = there ? skip : made.add(skip.copyTo(backend));
      KernelParameters moved = parameters.moveTo(backend);
      if (!moved.equals(parameters)) {
        made.add(moved);
      }
      if (!there) {
        skip.close();
      }
      made.keep();
      return there && moved.equals(parameters) ? this : new Checkpoint(moved, movedSkip, ignored);
    }
  }

  /**
   * Writes a file that the published code loads, with the names that a layer of its own has.
   *
   * @throws InvalidFileException if it cannot be written; nothing is left behind
   */
  public void write(Path path) {
    write(path, "");
  }

  /**
   * Writes a file that the published code loads, with {@code prefix} before every name.
   *
   * @throws InvalidFileException if it cannot be written; nothing is left behind
   */
  public void write(Path path, String prefix) {
    withWriter(
        prefix,
        writer -> {
          writer.write(path);
          return path;
        });
  }

  /**
   * The bytes of the file that {@link #write(Path)} writes.
   *
   * @throws org.sgconv.InvalidArgumentException if they are too many for an array
   */
  public byte[] toBytes() {
    return withWriter("", SafetensorsWriter::toBytes);
  }

  private <T> T withWriter(String prefix, Function<SafetensorsWriter, T> write) {
    KernelSpec spec = parameters.spec();
    SafetensorsWriter writer = Safetensors.writer();
    for (int scale = 0; scale < spec.scales(); scale++) {
      writer.add(prefix + "kernel_list." + scale, parameters.weights().slice(scale));
    }
    writer.add(prefix + "D", skip);
    Optional<Tensor> norm = parameters.norm();
    writer.add(prefix + "kernel_norm_initialized", norm.isPresent());
    DType type = parameters.type();
    try (Tensor one = Tensor.zeros(type);
        Tensor noNorm = Tensor.zeros(type, spec.channels(), spec.hidden(), 1)) {
      one.fill(1);
      noNorm.fill(1);
      if (spec.decay() == DecayLaw.POWER) {
        writer.add(prefix + "multiplier", one);
        writer.add(prefix + "decay", parameters.decay());
      } else {
        writer.add(prefix + "multiplier", parameters.decay().reshape(1, spec.hidden(), 1));
      }
      writer.add(
          prefix + "kernel_norm",
          norm.map(taken -> taken.reshape(spec.channels(), spec.hidden(), 1)).orElse(noNorm));
      return write.apply(writer);
    }
  }

  /** Closes parameters and skip; once they are, this does nothing. */
  @Override
  public void close() {
    Closer.all(skip, parameters);
  }
}
