package org.sgconv.nn.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.sgconv.io.ElementType;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.Stateful;
import org.sgconv.tensor.Tensor;

/**
 * The parameters of a layer and of all inside it.
 *
 * @since 0.1.0
 */
public final class ParameterList implements StateVisitor {

  private final String prefix;
  private final List<NamedParameter> found;

  private ParameterList(String prefix, List<NamedParameter> found) {
    this.prefix = prefix;
    this.found = found;
  }

  /** All of them, in the order of a file. */
  public static List<NamedParameter> of(Stateful part) {
    List<NamedParameter> found = new ArrayList<>();
    part.visit(new ParameterList("", found));
    return List.copyOf(found);
  }

  @Override
  public void parameter(String name, Parameter parameter, long... fileShape) {
    found.add(new NamedParameter(prefix + name, parameter));
  }

  @Override
  public void buffer(String name, Supplier<Tensor> value, long... fileShape) {
    // Not trained.
  }

  @Override
  public void number(String name, ElementType type, long value) {
    // Not trained.
  }

  @Override
  public void child(String name, Stateful part) {
    part.visit(new ParameterList(prefix + name + ".", found));
  }
}
