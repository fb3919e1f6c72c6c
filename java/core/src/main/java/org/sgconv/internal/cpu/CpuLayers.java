package org.sgconv.internal.cpu;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CpuContext;
import org.sgconv.bindings.CpuElement;
import org.sgconv.bindings.CpuElementwise;
import org.sgconv.bindings.CpuSequences;
import org.sgconv.bindings.SignalShape;
import org.sgconv.internal.boundary.NativeFailures;
import org.sgconv.internal.host.Heads;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.spi.NormOperations;
import org.sgconv.tensor.Tensor;

/**
 * What layers compute, on one context. Norms and linear maps are classes of their own; the ends of
 * models, where an example is one vector, are Java.
 */
final class CpuLayers implements LayerOperations {

  private final CpuElementwise elementwise;
  private final CpuSequences sequences;
  private final CpuNormalization norms;
  private final CpuLinearMaps linear;
  private final LayerCall call = new LayerCall();

  CpuLayers(CpuContext context, CpuProducts products) {
    this.elementwise = context.elementwise();
    this.sequences = context.sequences();
    this.norms = new CpuNormalization(context, call);
    this.linear = new CpuLinearMaps(context, products, call);
  }

  @Override
  public void gelu(Tensor x, Dropout dropout, Tensor y) {
    try (LayerCall memory = call.begin()) {
      elementwise.gelu(
          x.elementCount(),
          CpuElements.of(x.type()),
          LayerCall.rule(dropout),
          memory.of(x),
          memory.of(y));
    } catch (RuntimeException e) {
      throw failed("gelu", x, e);
    }
  }

  @Override
  public void geluBackward(Tensor x, Dropout dropout, Tensor dy, Tensor dx) {
    try (LayerCall memory = call.begin()) {
      elementwise.geluBackward(
          x.elementCount(),
          CpuElements.of(x.type()),
          LayerCall.rule(dropout),
          memory.of(x),
          memory.of(dy),
          memory.of(dx));
    } catch (RuntimeException e) {
      throw failed("gradient of gelu", x, e);
    }
  }

  @Override
  public void add(Tensor x, Tensor branch, Dropout tied, Tensor sum) {
    addRows(x, branch, tied, sum);
  }

  @Override
  public void dropRows(Tensor x, Dropout tied, Tensor y) {
    addRows(null, x, tied, y);
  }

  private void addRows(@Nullable Tensor x, Tensor branch, Dropout tied, Tensor sum) {
    try (LayerCall memory = call.begin()) {
      elementwise.add(
          LayerCall.shape(branch),
          CpuElements.of(branch.type()),
          LayerCall.rule(tied),
          memory.ofOptional(x),
          memory.of(branch),
          memory.of(sum));
    } catch (RuntimeException e) {
      throw failed("sum", branch, e);
    }
  }

  @Override
  public void linear(LinearOperands operands) {
    linear.forward(operands);
  }

  @Override
  public void linearBackward(LinearGradientOperands operands) {
    linear.backward(operands);
  }

  @Override
  public NormOperations norms() {
    return norms;
  }

  @Override
  public void embed(MemorySegment tokens, Tensor table, Tensor y) {
    try (LayerCall memory = call.begin()) {
      sequences.embed(
          LayerCall.shape(y),
          table.dim(0),
          CpuElements.of(y.type()),
          tokens,
          memory.of(table),
          memory.of(y));
    } catch (RuntimeException e) {
      throw failed("embedding", y, e);
    }
  }

  @Override
  public void embedBackward(MemorySegment tokens, Tensor dy, Tensor dtable) {
    try (LayerCall memory = call.begin()) {
      SignalShape shape = LayerCall.shape(dy);
      CpuElement element = CpuElements.of(dy.type());
      long vocabulary = dtable.dim(0);
      sequences.embedBackward(
          shape,
          vocabulary,
          element,
          tokens,
          memory.of(dy),
          memory.of(dtable),
          memory.workspace(sequences.embedWorkspaceBytes(shape, vocabulary, element)));
    } catch (RuntimeException e) {
      throw failed("gradient of an embedding", dy, e);
    }
  }

  @Override
  public void meanPool(Tensor x, @Nullable MemorySegment lengths, Tensor y) {
    pool(false, x, lengths, y);
  }

  @Override
  public void meanPoolBackward(Tensor dy, @Nullable MemorySegment lengths, Tensor dx) {
    poolBackward(false, dy, lengths, dx);
  }

  @Override
  public void lastPosition(Tensor x, @Nullable MemorySegment lengths, Tensor y) {
    pool(true, x, lengths, y);
  }

  @Override
  public void lastPositionBackward(Tensor dy, @Nullable MemorySegment lengths, Tensor dx) {
    poolBackward(true, dy, lengths, dx);
  }

  private void pool(boolean last, Tensor x, @Nullable MemorySegment lengths, Tensor y) {
    try (LayerCall memory = call.begin()) {
      sequences.pool(
          LayerCall.shape(x), CpuElements.of(x.type()), last, lengths, memory.of(x), memory.of(y));
    } catch (RuntimeException e) {
      throw failed("pooling", x, e);
    }
  }

  private void poolBackward(boolean last, Tensor dy, @Nullable MemorySegment lengths, Tensor dx) {
    try (LayerCall memory = call.begin()) {
      sequences.poolBackward(
          LayerCall.shape(dx),
          CpuElements.of(dx.type()),
          last,
          lengths,
          memory.of(dy),
          memory.of(dx));
    } catch (RuntimeException e) {
      throw failed("gradient of a pooling", dx, e);
    }
  }

  @Override
  public void pairFeatures(Tensor x, Tensor y) {
    Heads.pairFeatures(x, y);
  }

  @Override
  public void pairFeaturesBackward(Tensor x, Tensor dy, Tensor dx) {
    Heads.pairFeaturesBackward(x, dy, dx);
  }

  @Override
  public void crossEntropy(
      Tensor logits, MemorySegment labels, Tensor losses, @Nullable Tensor dlogits) {
    Heads.crossEntropy(logits, labels, losses, dlogits);
  }

  @Override
  public void transpose(Tensor x, Tensor y) {
    try (LayerCall memory = call.begin()) {
      elementwise.transpose(
          x.dim(0), x.dim(1), x.dim(2), CpuElements.of(x.type()), memory.of(x), memory.of(y));
    } catch (RuntimeException e) {
      throw failed("transpose", x, e);
    }
  }

  private static RuntimeException failed(String what, Tensor tensor, RuntimeException e) {
    return NativeFailures.translate(CpuBackend.NAME, what + " of " + tensor, e);
  }
}
