package org.sgconv.internal.cuda;

import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.sgconv.BackendFailureException;
import org.sgconv.InvalidSettingException;
import org.sgconv.bindings.CudaElementwise;
import org.sgconv.bindings.CudaLinear;
import org.sgconv.bindings.CudaProducts;
import org.sgconv.bindings.CudaProducts.Factor;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.LinearShape;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.bindings.load.LoadFailure;
import org.sgconv.bindings.load.NativeLibraryException;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.Tensor;

/**
 * Linear maps over channels on one stream: products of cuBLAS, and around them CUDA kernels for all
 * else, in parts of the batch whose scratch memory fits the workspace. Where members have one
 * position, the products of a part are one product.
 */
final class CudaLinearMaps {

  private final GpuCalls calls;
  private final CudaElementwise elementwise;
  private final CudaLinear linear;

  CudaLinearMaps(GpuCalls calls) {
    this.calls = calls;
    this.elementwise = new CudaElementwise(calls.stream().queue());
    this.linear = new CudaLinear(calls.stream().queue());
  }

  void forward(LinearOperands in) {
    try (NativeHandle.Use _ = calls.begin()) {
      LinearShape shape = shape(in.x(), in.weight(), in.gelu(), in.dropout(), in.glu(), in.tied());
      Sizes of = new Sizes(shape);
      CudaSpan x = calls.of("x", in.x());
      CudaSpan weight = calls.of("weight", in.weight());
      CudaSpan bias = calls.ofOptional("bias", in.bias());
      CudaSpan residual = calls.ofOptional("residual", in.residual());
      CudaSpan z = calls.ofOptional("z", in.z());
      CudaSpan y = calls.of("y", in.y());
      // The product lies where the result will, unless that still holds the residual.
      boolean apart = shape.glu() ? z == null : residual != null;
      CudaProducts products = products();
      long activated = activates(shape) ? of.input() : 0;
      long maps = apart ? of.mapped() : 0;
      long most = members(shape.batch(), 0, activated, maps);
      for (long first = 0; first < shape.batch(); first += most) {
        LinearShape part = part(shape, Math.min(most, shape.batch() - first));
        long count = part.batch();
        List<CudaSpan> scratch = workspace().pieces(count * activated, count * maps);
        CudaSpan a = input(part, first, of.inputs(x, first, count), scratch.get(0));
        CudaSpan to = of.outputs(y, first, count);
        CudaSpan kept = z == null ? null : of.mapped(z, first, count);
        CudaSpan product = apart ? scratch.get(1) : kept == null ? to : kept;
        multiply(products, part, weight, a, product);
        if (shape.glu() || bias != null || residual != null || in.tied().isActive()) {
          linear.forward(
              part,
              first,
              product,
              bias,
              residual == null ? null : of.outputs(residual, first, count),
              kept,
              to);
        }
      }
    } catch (RuntimeException e) {
      throw GpuCalls.failed("linear map", in.x(), e);
    }
  }

  void backward(LinearGradientOperands in) {
    try (NativeHandle.Use _ = calls.begin()) {
      LinearShape shape = shape(in.x(), in.weight(), in.gelu(), in.dropout(), in.glu(), in.tied());
      Sizes of = new Sizes(shape);
      CudaSpan x = calls.of("x", in.x());
      CudaSpan weight = calls.of("weight", in.weight());
      CudaSpan z = calls.ofOptional("z", in.z());
      CudaSpan dy = calls.of("dy", in.dy());
      CudaSpan dx = calls.ofOptional("dx", in.dx());
      CudaSpan dweight = calls.of("dweight", in.dweight());
      CudaSpan dbias = calls.ofOptional("dbias", in.dbias());
      boolean changed = shape.glu() || in.tied().isActive(); // dz is not dy
      CudaProducts products = products();
      boolean together = shape.length() == 1; // members, in one product
      long activated = activates(shape) ? of.input() : 0;
      long maps = changed ? of.mapped() : 0;
      long sums = together ? 0 : of.weights();
      long most = members(shape.batch(), together ? of.weights() : 0, activated, maps, sums);
      for (long first = 0; first < shape.batch(); first += most) {
        LinearShape part = part(shape, Math.min(most, shape.batch() - first));
        long count = part.batch();
        // A single product is the gradient itself; several are added up.
        boolean alone = shape.batch() == 1 || (together && count == shape.batch());
        long added = alone ? 0 : together ? of.weights() : count * sums;
        List<CudaSpan> scratch = workspace().pieces(count * activated, count * maps, added);
        CudaSpan input = of.inputs(x, first, count);
        CudaSpan a = input(part, first, input, scratch.get(0));
        CudaSpan dz = of.outputs(dy, first, count);
        if (changed) {
          linear.backward(
              part, first, z == null ? null : of.mapped(z, first, count), dz, scratch.get(1));
          dz = scratch.get(1);
        }
        CudaSpan gradient = alone ? dweight : scratch.get(2);
        multiplyForWeights(products, part, dz, a, gradient);
        if (!alone) {
          linear.addPartials(
              together ? 1 : count, of.weights() / Float.BYTES, first > 0, gradient, dweight);
        }
        if (dx != null) {
          CudaSpan to = of.inputs(dx, first, count);
          multiplyForInput(products, part, weight, dz, to);
          if (activates(shape)) {
            elementwise.activateBackward(
                to.byteSize() / Float.BYTES,
                shape.gelu(),
                shape.dropout(),
                first * (of.input() / Float.BYTES),
                input,
                to,
                to);
          }
        }
      }
      if (dbias != null) {
        linear.biasGradient(shape, z, dy, dbias);
      }
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gradients of a linear map", in.x(), e);
    }
  }

  private static boolean activates(LinearShape shape) {
    return shape.gelu() || shape.dropout().probability() > 0;
  }

  /** What is mapped: x, or what its activation leaves in scratch memory. */
  private CudaSpan input(LinearShape part, long first, CudaSpan x, CudaSpan scratch) {
    if (!activates(part)) {
      return x;
    }
    long elements = part.inputs() * part.length();
    elementwise.activate(
        part.batch() * elements, part.gelu(), part.dropout(), first * elements, x, scratch);
    return scratch;
  }

  /** product (B,M,L) = W a. */
  private static void multiply(
      CudaProducts products, LinearShape part, CudaSpan weight, CudaSpan a, CudaSpan product) {
    long mapped = mapped(part);
    if (part.length() == 1) {
      products.multiply(
          1,
          part.batch(),
          mapped,
          part.inputs(),
          new Factor(a, false, false),
          new Factor(weight, true, false),
          product);
    } else {
      products.multiply(
          part.batch(),
          mapped,
          part.length(),
          part.inputs(),
          new Factor(weight, false, true),
          new Factor(a, false, false),
          product);
    }
  }

  /** da (B,N,L) = Wᵀ dz. */
  private static void multiplyForInput(
      CudaProducts products, LinearShape part, CudaSpan weight, CudaSpan dz, CudaSpan da) {
    long mapped = mapped(part);
    if (part.length() == 1) {
      products.multiply(
          1,
          part.batch(),
          part.inputs(),
          mapped,
          new Factor(dz, false, false),
          new Factor(weight, false, false),
          da);
    } else {
      products.multiply(
          part.batch(),
          part.inputs(),
          part.length(),
          mapped,
          new Factor(weight, true, true),
          new Factor(dz, false, false),
          da);
    }
  }

  /** dz aᵀ (M,N) of each member, or where they have one position of all together. */
  private static void multiplyForWeights(
      CudaProducts products, LinearShape part, CudaSpan dz, CudaSpan a, CudaSpan gradient) {
    long mapped = mapped(part);
    boolean together = part.length() == 1;
    products.multiply(
        together ? 1 : part.batch(),
        mapped,
        part.inputs(),
        together ? part.batch() : part.length(),
        new Factor(dz, together, false),
        new Factor(a, !together, false),
        gradient);
  }

  private static long mapped(LinearShape shape) {
    return shape.glu() ? 2 * shape.outputs() : shape.outputs();
  }

  private CudaProducts products() {
    try {
      return workspace().products();
    } catch (NativeLibraryException e) {
      String reason = "linear maps need cuBLAS: " + e.getMessage();
      throw e.failure() == LoadFailure.SETTING
          ? new InvalidSettingException(reason, e)
          : new BackendFailureException(CudaBackend.NAME, reason, e);
    }
  }

  private Workspace workspace() {
    return calls.stream().workspace();
  }

  /**
   * Members of a part: as many as the workspace may hold scratch memory for, and one at least.
   *
   * @param beside bytes of what all members of a part share
   * @param member bytes of each piece that a member takes
   * @throws DeviceMemoryException if one does not fit a limit that was given
   */
  private static long members(long batch, long beside, long... member) {
    WorkspaceLimit limit = WorkspaceLimit.current();
    long[] shared = new long[member.length]; // pieces are aligned, each by itself
    limit.require(Workspace.bytes(member) + beside);
    long bytes = LongStream.of(member).sum();
    long room = limit.bytes() - beside - Workspace.bytes(shared);
    return bytes == 0 ? batch : Math.clamp(room / bytes, 1, batch);
  }

  private static LinearShape shape(
      Tensor x, Tensor weight, boolean gelu, Dropout dropout, boolean glu, Dropout tied) {
    long rows = weight.dim(0);
    if (glu && rows % 2 != 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "weight has %d rows, a gated linear unit takes pairs", rows));
    }
    return new LinearShape(
        x.dim(0),
        x.dim(1),
        glu ? rows / 2 : rows,
        x.dim(2),
        gelu,
        glu,
        GpuCalls.rule(dropout),
        GpuCalls.rule(tied));
  }

  private static LinearShape part(LinearShape shape, long count) {
    return count == shape.batch()
        ? shape
        : new LinearShape(
            count,
            shape.inputs(),
            shape.outputs(),
            shape.length(),
            shape.gelu(),
            shape.glu(),
            shape.dropout(),
            shape.tied());
  }

  /** Bytes of one member, and the parts of tensors that have several. */
  private record Sizes(long input, long output, long mapped, long weights) {

    Sizes(LinearShape shape) {
      this(
          Float.BYTES * shape.inputs() * shape.length(),
          Float.BYTES * shape.outputs() * shape.length(),
          Float.BYTES * CudaLinearMaps.mapped(shape) * shape.length(),
          Float.BYTES * CudaLinearMaps.mapped(shape) * shape.inputs());
    }

    CudaSpan inputs(CudaSpan tensor, long first, long count) {
      return tensor.part(first * input, count * input);
    }

    CudaSpan outputs(CudaSpan tensor, long first, long count) {
      return tensor.part(first * output, count * output);
    }

    CudaSpan mapped(CudaSpan tensor, long first, long count) {
      return tensor.part(first * mapped, count * mapped);
    }
  }
}
