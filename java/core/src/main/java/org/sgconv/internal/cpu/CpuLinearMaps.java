package org.sgconv.internal.cpu;

import org.sgconv.bindings.CpuContext;
import org.sgconv.bindings.CpuElement;
import org.sgconv.bindings.CpuLinear;
import org.sgconv.bindings.LinearShape;
import org.sgconv.internal.boundary.NativeFailures;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.Tensor;

/** Linear maps over channels on one context. */
final class CpuLinearMaps {

  private final CpuLinear linear;
  private final CpuProducts products;
  private final LayerCall call;

  CpuLinearMaps(CpuContext context, CpuProducts products, LayerCall call) {
    this.linear = context.linear();
    this.products = products;
    this.call = call;
  }

  void forward(LinearOperands in) {
    try (LayerCall memory = call.begin()) {
      products.require();
      CpuElement element = CpuElements.of(in.x().type());
      LinearShape shape = shape(in.x(), in.weight(), in.gelu(), in.dropout(), in.glu(), in.tied());
      linear.forward(
          shape,
          element,
          memory.of(in.x()),
          memory.of(in.weight()),
          memory.ofOptional(in.bias()),
          memory.ofOptional(in.residual()),
          memory.ofOptional(in.z()),
          memory.of(in.y()),
          memory.workspace(linear.workspaceBytes(shape, element, false)));
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "linear map of " + in.x(), e);
    }
  }

  void backward(LinearGradientOperands in) {
    try (LayerCall memory = call.begin()) {
      products.require();
      CpuElement element = CpuElements.of(in.x().type());
      LinearShape shape = shape(in.x(), in.weight(), in.gelu(), in.dropout(), in.glu(), in.tied());
      linear.backward(
          shape,
          element,
          memory.of(in.x()),
          memory.of(in.weight()),
          memory.ofOptional(in.z()),
          memory.of(in.dy()),
          memory.ofOptional(in.dx()),
          memory.of(in.dweight()),
          memory.ofOptional(in.dbias()),
          memory.workspace(linear.workspaceBytes(shape, element, true)));
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "gradients of a linear map of " + in.x(), e);
    }
  }

  private static LinearShape shape(
      Tensor x, Tensor weight, boolean gelu, Dropout dropout, boolean glu, Dropout tied) {
    long rows = weight.dim(0);
    return new LinearShape(
        x.dim(0),
        x.dim(1),
        glu ? rows / 2 : rows,
        x.dim(2),
        gelu,
        glu,
        LayerCall.rule(dropout),
        LayerCall.rule(tied));
  }
}
