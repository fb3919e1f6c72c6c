package org.sgconv.benchmarks.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.limit.CostModel;
import org.sgconv.benchmarks.limit.Work;
import org.sgconv.benchmarks.peers.Output;
import org.sgconv.benchmarks.peers.Workload;

/** What is timed. The constants' names are those of the benchmark methods, but for case. */
public enum Operation {
  /** Convolution with skip, the kernel's spectrum cached. */
  FORWARD("fwd", Output.SIGNAL),
  /** Convolution with skip, the kernel new. */
  FORWARD_NEW_KERNEL("fwd, new kernel", Output.SIGNAL),
  /** All gradients, the kernel's spectrum cached. */
  BACKWARD("backward", Output.INPUT_GRADIENT, Output.KERNEL_GRADIENT, Output.SKIP_GRADIENT),
  /** Convolution with a new kernel, then all gradients. */
  STEP("step", Output.SIGNAL, Output.INPUT_GRADIENT, Output.KERNEL_GRADIENT, Output.SKIP_GRADIENT),
  /** Kernel synthesis. */
  SYNTHESIS_FORWARD("synthesis"),
  /** The weights' gradient of kernel synthesis. */
  SYNTHESIS_BACKWARD("synthesis, backward");

  private final String title;
  private final List<Output> outputs;

  Operation(String title, Output... outputs) {
    this.title = title;
    this.outputs = List.of(outputs);
  }

  /** The name on the command line and in results, as in {@code forward-new-kernel}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The name in tables. */
  public String title() {
    return title;
  }

  /** Whether it is kernel synthesis rather than convolution. */
  public boolean isSynthesis() {
    return outputs.isEmpty();
  }

  /** What a convolution writes; empty for synthesis. */
  List<Output> outputs() {
    return outputs;
  }

  /** The operation of that {@link #id}. */
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

  /** The method of the JMH class, as in {@code forwardNewKernel}. */
  String method() {
    String[] words = id().replace("synthesis-", "").split("-", -1);
    StringBuilder name = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
    }
    return name.toString();
  }

  /** What it cannot do without. */
  public Work work(Workload shape) {
    CostModel model = new CostModel(shape.batch(), shape.hidden(), shape.length());
    return switch (this) {
      case FORWARD -> model.forward();
      case FORWARD_NEW_KERNEL -> model.forwardNewKernel();
      case BACKWARD -> model.backward();
      case STEP -> model.step();
      case SYNTHESIS_FORWARD -> model.synthesisForward();
      case SYNTHESIS_BACKWARD -> model.synthesisBackward();
    };
  }
}
