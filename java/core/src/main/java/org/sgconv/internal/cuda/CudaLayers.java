package org.sgconv.internal.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaElementwise;
import org.sgconv.bindings.CudaSequences;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.bindings.SignalShape;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.spi.NormOperations;
import org.sgconv.tensor.Tensor;

/**
 * What layers compute, on one stream, to which calls are submitted. Norms and linear maps are
 * classes of their own.
 */
final class CudaLayers implements LayerOperations {

  private final GpuCalls calls;
  private final CudaElementwise elementwise;
  private final CudaSequences sequences;
  private final CudaNormalization norms;
  private final CudaLinearMaps linear;

  CudaLayers(GpuStream stream) {
    this.calls = new GpuCalls(stream);
    this.elementwise = new CudaElementwise(stream.queue());
    this.sequences = new CudaSequences(stream.queue());
    this.norms = new CudaNormalization(calls);
    this.linear = new CudaLinearMaps(calls);
  }

  @Override
  public void gelu(Tensor x, Dropout dropout, Tensor y) {
    try (NativeHandle.Use _ = calls.begin()) {
      elementwise.activate(
          x.elementCount(), true, GpuCalls.rule(dropout), 0, calls.of("x", x), calls.of("y", y));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gelu", x, e);
    }
  }

  @Override
  public void geluBackward(Tensor x, Dropout dropout, Tensor dy, Tensor dx) {
    try (NativeHandle.Use _ = calls.begin()) {
      elementwise.activateBackward(
          x.elementCount(),
          true,
          GpuCalls.rule(dropout),
          0,
          calls.of("x", x),
          calls.of("dy", dy),
          calls.of("dx", dx));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gradient of gelu", x, e);
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
    try (NativeHandle.Use _ = calls.begin()) {
      elementwise.add(
          GpuCalls.shape(branch),
          GpuCalls.rule(tied),
          calls.ofOptional("x", x),
          calls.of("branch", branch),
          calls.of("sum", sum));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("sum", branch, e);
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
    try (NativeHandle.Use _ = calls.begin()) {
      SignalShape shape = GpuCalls.shape(y);
      CudaSpan rows = calls.of("table", table);
      CudaSpan to = calls.of("y", y);
      sequences.embed(shape, table.dim(0), onDevice("tokens", tokens), rows, to);
    } catch (RuntimeException e) {
      throw GpuCalls.failed("embedding", y, e);
    }
  }

  /** Where each token occurs is found out on the host, which has the tokens. */
  @Override
  public void embedBackward(MemorySegment tokens, Tensor dy, Tensor dtable) {
    try (NativeHandle.Use _ = calls.begin();
        Arena arena = Arena.ofConfined()) {
      SignalShape shape = GpuCalls.shape(dy);
      long vocabulary = dtable.dim(0);
      CudaSpan from = calls.of("dy", dy);
      CudaSpan to = calls.of("dtable", dtable);
      MemorySegment index =
          arena.allocate(ValueLayout.JAVA_LONG, CudaSequences.indexValues(shape, vocabulary));
      sequences.index(shape, vocabulary, tokens, index);
      sequences.embedBackward(shape, vocabulary, onDevice("tokens", index), from, to);
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gradient of an embedding", dy, e);
    }
  }

  /** Scratch memory with these numbers, until the next call. */
  private CudaSpan onDevice(String name, MemorySegment numbers) {
    GpuStream stream = calls.stream();
    stream.requireNoRecording(
        "copies " + name + " from the host's memory", "embed before it is recorded or replayed");
    CudaSpan copy = stream.workspace().pieces(numbers.byteSize()).getFirst();
    stream.queue().submit(numbers, copy);
    return copy;
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
    try (NativeHandle.Use _ = calls.begin()) {
      sequences.pool(GpuCalls.shape(x), last, lengths, calls.of("x", x), calls.of("y", y));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("pooling", x, e);
    }
  }

  private void poolBackward(boolean last, Tensor dy, @Nullable MemorySegment lengths, Tensor dx) {
    try (NativeHandle.Use _ = calls.begin()) {
      sequences.poolBackward(
          GpuCalls.shape(dx), last, lengths, calls.of("dy", dy), calls.of("dx", dx));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gradient of a pooling", dx, e);
    }
  }

  @Override
  public void pairFeatures(Tensor x, Tensor y) {
    try (NativeHandle.Use _ = calls.begin()) {
      elementwise.pairFeatures(x.dim(0) / 2, x.dim(1), calls.of("x", x), calls.of("y", y));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("features of pairs", x, e);
    }
  }

  @Override
  public void pairFeaturesBackward(Tensor x, Tensor dy, Tensor dx) {
    try (NativeHandle.Use _ = calls.begin()) {
      elementwise.pairFeaturesBackward(
          x.dim(0) / 2, x.dim(1), calls.of("x", x), calls.of("dy", dy), calls.of("dx", dx));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gradient of features of pairs", x, e);
    }
  }

  @Override
  public void crossEntropy(
      Tensor logits, MemorySegment labels, Tensor losses, @Nullable Tensor dlogits) {
    try (NativeHandle.Use _ = calls.begin()) {
      sequences.crossEntropy(
          logits.dim(0),
          logits.dim(1),
          calls.of("logits", logits),
          labels,
          calls.of("losses", losses),
          calls.ofOptional("dlogits", dlogits));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("cross-entropy", logits, e);
    }
  }

  @Override
  public void transpose(Tensor x, Tensor y) {
    try (NativeHandle.Use _ = calls.begin()) {
      elementwise.transpose(x.dim(0), x.dim(1), x.dim(2), calls.of("x", x), calls.of("y", y));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("transpose", x, e);
    }
  }
}
