package org.sgconv.benchmarks.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;

/**
 * What is timed: a layer, whose convolutions are causal, with a skip and without gates; kernel
 * synthesis; and signals with kernels of any length.
 */
public enum Operation {
  /** y from u, the kernel's spectrum cached. */
  FORWARD(Kind.LAYER, Output.SIGNAL),
  /** y from u, the kernel new. */
  FORWARD_NEW_KERNEL(Kind.LAYER, Output.SIGNAL),
  /** du, dk and dD from u and dy, the kernel's spectrum cached. */
  BACKWARD(Kind.LAYER, Output.INPUT_GRADIENT, Output.KERNEL_GRADIENT, Output.SKIP_GRADIENT),
  /** Forward with a new kernel, then all gradients. */
  STEP(
      Kind.LAYER,
      Output.SIGNAL,
      Output.INPUT_GRADIENT,
      Output.KERNEL_GRADIENT,
      Output.SKIP_GRADIENT),
  /** Kernel synthesis. */
  SYNTHESIS_FORWARD(Kind.SYNTHESIS),
  /** The weights' gradient of kernel synthesis. */
  SYNTHESIS_BACKWARD(Kind.SYNTHESIS),
  /** All L + K − 1 samples of every signal with its kernel, which is the same in every call. */
  CONVOLVE(Kind.SIGNAL),
  /**
   * Normalized correlation: every one of B channels with every one of H templates, over the L − K +
   * 1 windows that lie within the channel.
   */
  CORRELATE(Kind.SIGNAL);

  private enum Kind {
    LAYER,
    SYNTHESIS,
    SIGNAL
  }

  private final Kind kind;
  private final List<Output> outputs;

  Operation(Kind kind, Output... outputs) {
    this.kind = kind;
    this.outputs = List.of(outputs);
  }

  /** The name on the command line, in tables and in files, as in {@code forward-new-kernel}. */
  @JsonValue
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it is one of a layer's: forward, backward or both. */
  public boolean isLayer() {
    return kind == Kind.LAYER;
  }

  /** Whether it is kernel synthesis. */
  public boolean isSynthesis() {
    return kind == Kind.SYNTHESIS;
  }

  /** Whether it is one of signals with kernels of any length. */
  public boolean isSignal() {
    return kind == Kind.SIGNAL;
  }

  /** What one of a layer's writes; empty for all others. */
  public List<Output> outputs() {
    return outputs;
  }

  /** The operation of that {@link #id}. */
  @JsonCreator
  public static Operation parse(String id) {
    for (Operation operation : values()) {
      if (operation.id().equals(id.strip())) {
        return operation;
      }
    }
    throw new InvalidArgumentException(
        "operation '"
            + id
            + "': expected one of "
            + Arrays.stream(values()).map(Operation::id).collect(Collectors.joining(", ")));
  }
}
