package org.sgconv.nn.state;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.sgconv.InvalidFileException;
import org.sgconv.io.ElementType;
import org.sgconv.io.Safetensors;
import org.sgconv.io.SafetensorsWriter;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.Stateful;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * Writes the values of a layer or a model as a safetensors file, as the {@code state_dict} of the
 * published code has them.
 *
 * @since 0.1.0
 */
public final class StateDict implements StateVisitor {

  private final String prefix;
  private final NameMap names;
  private final SafetensorsWriter writer;
  private final TensorScope views;

  private StateDict(String prefix, NameMap names, SafetensorsWriter writer, TensorScope views) {
    this.prefix = prefix;
    this.names = names;
    this.writer = writer;
    this.views = views;
  }

  /**
   * Writes a file with the published names.
   *
   * @throws InvalidFileException if it cannot be written; nothing is left behind
   * @throws org.sgconv.TensorClosedException if the layer is closed
   */
  public static void write(Stateful part, Path path) {
    write(part, path, NameMap.PUBLISHED);
  }

  /**
   * Writes a file with the names of another program.
   *
   * @throws InvalidFileException if it cannot be written; nothing is left behind
   * @throws org.sgconv.TensorClosedException if the layer is closed
   */
  public static void write(Stateful part, Path path, NameMap names) {
    try (TensorScope views = TensorScope.onHost()) {
      collect(part, names, views).write(path);
    }
  }

  /**
   * The bytes of the file that {@link #write(Stateful, Path)} writes.
   *
   * @throws org.sgconv.InvalidArgumentException if they are too many for an array
   */
  public static byte[] toBytes(Stateful part) {
    try (TensorScope views = TensorScope.onHost()) {
      return collect(part, NameMap.PUBLISHED, views).toBytes();
    }
  }

  private static SafetensorsWriter collect(Stateful part, NameMap names, TensorScope views) {
    SafetensorsWriter writer = Safetensors.writer();
    part.visit(new StateDict("", names, writer, views));
    return writer;
  }

  @Override
  public void parameter(String name, Parameter parameter, long... fileShape) {
    add(name, parameter.value(), fileShape);
  }

  @Override
  public void buffer(String name, Supplier<Tensor> value, long... fileShape) {
    add(name, value.get(), fileShape);
  }

  private void add(String name, Tensor value, long... fileShape) {
    Tensor host = value.isOnHost() ? value : views.adopt(value.toHost());
    writer.add(names.inFile(prefix + name), views.adopt(host.reshape(fileShape)));
  }

  @Override
  public void number(String name, ElementType type, long value) {
    writer.add(names.inFile(prefix + name), type, new long[] {value});
  }

  @Override
  public void child(String name, Stateful part) {
    part.visit(new StateDict(prefix + name + ".", names, writer, views));
  }
}
