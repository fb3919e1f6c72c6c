package org.sgconv.benchmarks.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;

/** What is timed. Convolutions are causal, with a skip and without gates. */
public enum Operation {
  /** y from u, the kernel's spectrum cached. */
  FORWARD(Output.SIGNAL),
  /** y from u, the kernel new. */
  FORWARD_NEW_KERNEL(Output.SIGNAL),
  /** du, dk and dD from u and dy, the kernel's spectrum cached. */
  BACKWARD(Output.INPUT_GRADIENT, Output.KERNEL_GRADIENT, Output.SKIP_GRADIENT),
  /** Forward with a new kernel, then all gradients. */
  STEP(Output.SIGNAL, Output.INPUT_GRADIENT, Output.KERNEL_GRADIENT, Output.SKIP_GRADIENT),
  /** Kernel synthesis. */
  SYNTHESIS_FORWARD,
  /** The weights' gradient of kernel synthesis. */
  SYNTHESIS_BACKWARD;

  private final List<Output> outputs;

  Operation(Output... outputs) {
    this.outputs = List.of(outputs);
  }

  /** The name on the command line, in tables and in files, as in {@code forward-new-kernel}. */
  @JsonValue
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it is kernel synthesis rather than convolution. */
  public boolean isSynthesis() {
    return outputs.isEmpty();
  }

  /** What a convolution writes; empty for synthesis. */
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
