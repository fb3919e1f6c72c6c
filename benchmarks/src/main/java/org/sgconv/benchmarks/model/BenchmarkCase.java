package org.sgconv.benchmarks.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sgconv.benchmarks.limit.CostModel;
import org.sgconv.benchmarks.limit.Work;
import org.sgconv.tensor.DType;

/**
 * One thing that is timed.
 *
 * @param shape of the signals; synthesis has B = 1
 * @param type of the signals; the kernel and its gradient are float32
 */
public record BenchmarkCase(Operation operation, Workload shape, DType type) {

  /** The extents of the synthesized kernel. */
  public static final Workload SYNTHESIS_SHAPE = new Workload(1, 256, 16384);

  /** A case in float32. */
  public BenchmarkCase(Operation operation, Workload shape) {
    this(operation, shape, DType.FLOAT32);
  }

  /** Convolutions of every shape and type, by shape, then synthesis, which has its own shape. */
  public static List<BenchmarkCase> of(
      List<Operation> operations, List<Workload> shapes, List<DType> types) {
    List<BenchmarkCase> cases = new ArrayList<>();
    for (Workload shape : shapes) {
      for (DType type : types) {
        for (Operation operation : operations) {
          if (!operation.isSynthesis()) {
            cases.add(new BenchmarkCase(operation, shape, type));
          }
        }
      }
    }
    for (Operation operation : operations) {
      if (operation.isSynthesis()) {
        cases.add(new BenchmarkCase(operation, SYNTHESIS_SHAPE));
      }
    }
    return List.copyOf(cases);
  }

  /** Whether {@code library} can do it. */
  public boolean suits(Library library) {
    return !operation.isSynthesis() || library.synthesizes();
  }

  /** What it cannot do without. */
  public Work work() {
    CostModel model = new CostModel(shape.batch(), shape.hidden(), shape.length());
    return switch (operation) {
      case FORWARD -> model.forward();
      case FORWARD_NEW_KERNEL -> model.forwardNewKernel();
      case BACKWARD -> model.backward();
      case STEP -> model.step();
      case SYNTHESIS_FORWARD -> model.synthesisForward();
      case SYNTHESIS_BACKWARD -> model.synthesisBackward();
    };
  }

  /** Bytes of one set of signals: u and y; for gradients u, dy and du. */
  public long signalBytes() {
    int signals = operation == Operation.FORWARD ? 2 : 3;
    return signals * shape.signalSize() * type.byteSize();
  }

  /** What must cross the memory bus of a device: every signal once, and dk where it is computed. */
  public Work signalWork() {
    long kernel = operation == Operation.FORWARD ? 0 : shape.kernelSize() * Float.BYTES;
    return new Work(signalBytes() + kernel, 0);
  }

  /** The type as tables and files name it. */
  public String typeName() {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** As in {@code forward float32 8,256,1024}. */
  @Override
  public String toString() {
    return operation.id() + " " + typeName() + " " + shape;
  }
}
