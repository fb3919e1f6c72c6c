package org.sgconv.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.sgconv.io.ElementType;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.tensor.Tensor;

/** Copies of all that a layer or a model holds, bit for bit: parameters, buffers and numbers. */
public final class Values implements StateVisitor {

  private final String prefix;
  private final Map<String, List<Long>> found;

  private Values(String prefix, Map<String, List<Long>> found) {
    this.prefix = prefix;
    this.found = found;
  }

  /** By name. Takes norms of kernels that have not been taken yet. */
  public static Map<String, List<Long>> of(Stateful part) {
    Map<String, List<Long>> found = new TreeMap<>();
    part.visit(new Values("", found));
    return found;
  }

  /** Of parameters alone. */
  public static Map<String, List<Long>> parameters(List<NamedParameter> parameters) {
    Map<String, List<Long>> found = new TreeMap<>();
    for (NamedParameter each : parameters) {
      found.put(each.name(), bits(each.parameter().value()));
    }
    return found;
  }

  /** Of their gradients, as far as there are any. */
  public static Map<String, List<Long>> gradients(List<NamedParameter> parameters) {
    Map<String, List<Long>> found = new TreeMap<>();
    for (NamedParameter each : parameters) {
      if (each.parameter().hasGradient()) {
        found.put(each.name(), bits(each.parameter().gradient()));
      }
    }
    return found;
  }

  /** Of a tensor. */
  public static List<Long> bits(Tensor tensor) {
    return Arrays.stream(tensor.toDoubleArray()).mapToObj(Double::doubleToRawLongBits).toList();
  }

  @Override
  public void parameter(String name, Parameter parameter, long... fileShape) {
    found.put(prefix + name, bits(parameter.value()));
  }

  @Override
  public void buffer(String name, Supplier<Tensor> value, long... fileShape) {
    found.put(prefix + name, bits(value.get()));
  }

  @Override
  public void number(String name, ElementType type, long value) {
    found.put(prefix + name, List.of(value));
  }

  @Override
  public void child(String name, Stateful part) {
    part.visit(new Values(prefix + name + ".", found));
  }
}
