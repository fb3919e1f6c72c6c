package org.sgconv.benchmarks.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.sgconv.InvalidArgumentException;
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

  /** Checks that the operation can be done in this shape and type. */
  public BenchmarkCase {
    if (operation.isSignal()) {
      requireSignal(operation, shape, type);
    } else if (shape.lags() != shape.length()) {
      throw new InvalidArgumentException(
          "shape '"
              + shape
              + "': the kernel of "
              + operation.id()
              + " is as long as its signals, expected B,H,L");
    }
  }

  private static void requireSignal(Operation operation, Workload shape, DType type) {
    if (type != DType.FLOAT32 && type != DType.FLOAT64) {
      throw new InvalidArgumentException(
          operation.id() + " in " + type + ": signals are float32 or float64");
    }
    if (operation == Operation.CONVOLVE && shape.batch() > 1 && shape.hidden() > 1) {
      throw new InvalidArgumentException(
          "shape '"
              + shape
              + "': signals have one kernel for all or one each, so B or H of convolve must be 1");
    }
    if (operation == Operation.CORRELATE && (shape.lags() > shape.length() || shape.lags() < 2)) {
      throw new InvalidArgumentException(
          "shape '" + shape + "': templates of correlate have 2 to L samples");
    }
    if ((long) shape.length() + shape.lags() > Integer.MAX_VALUE / 4) {
      throw new InvalidArgumentException("shape '" + shape + "': L + K is too long");
    }
  }

  /** A case in float32. */
  public BenchmarkCase(Operation operation, Workload shape) {
    this(operation, shape, DType.FLOAT32);
  }

  /**
   * What is not synthesis in every shape and type, by shape, then synthesis, which has its own
   * shape.
   */
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
      if (operation.isSynthesis() && types.contains(DType.FLOAT32)) {
        cases.add(new BenchmarkCase(operation, SYNTHESIS_SHAPE));
      }
    }
    return List.copyOf(cases);
  }

  /** Whether {@code library} can do it. */
  public boolean suits(Library library) {
    if (operation.isSignal()) {
      return library != Library.PYTORCH && (!library.isOfDoubleArrays() || type == DType.FLOAT64);
    }
    if (operation.isSynthesis()) {
      return library.synthesizes();
    }
    // PyTorch's part is written in float32 only.
    return !library.isOfDoubleArrays() && (library != Library.PYTORCH || type != DType.FLOAT64);
  }

  /** Of signals: how many there are. */
  public int inputRows() {
    return operation == Operation.CORRELATE ? shape.batch() : outputRows();
  }

  /** Of signals: how many results. */
  public int outputRows() {
    return Math.multiplyExact(shape.batch(), shape.hidden());
  }

  /** Of signals: samples of a result. */
  public int outputLength() {
    return operation == Operation.CORRELATE
        ? shape.length() - shape.lags() + 1
        : shape.length() + shape.lags() - 1;
  }

  /** Of signals: samples of all results. */
  public long results() {
    return (long) outputRows() * outputLength();
  }

  /** Of signals: multiplications and additions of direct sums. */
  public double products() {
    double samples = operation == Operation.CORRELATE ? outputLength() : shape.length();
    return (double) outputRows() * samples * shape.lags();
  }

  /** What it cannot do without; a value of float64 takes the room and the time of two. */
  public Work work() {
    Work inFloats = workInFloats();
    return operation.isLayer() && type == DType.FLOAT64
        ? new Work(2 * inFloats.bytes(), 2 * inFloats.flops())
        : inFloats;
  }

  private Work workInFloats() {
    CostModel model = new CostModel(shape.batch(), shape.hidden(), shape.length());
    return switch (operation) {
      case FORWARD -> model.forward();
      case FORWARD_NEW_KERNEL -> model.forwardNewKernel();
      case BACKWARD -> model.backward();
      case STEP -> model.step();
      case SYNTHESIS_FORWARD -> model.synthesisForward();
      case SYNTHESIS_BACKWARD -> model.synthesisBackward();
      case CONVOLVE, CORRELATE -> new Work(signalBytes(), 0);
    };
  }

  /**
   * Bytes of one set of signals: u and y; for gradients u, dy and du; of signals all that is read
   * and written.
   */
  public long signalBytes() {
    if (operation.isSignal()) {
      long read = (long) inputRows() * shape.length() + shape.kernelSize();
      return (read + (long) outputRows() * outputLength()) * type.byteSize();
    }
    int signals = operation == Operation.FORWARD ? 2 : 3;
    return signals * shape.signalSize() * type.byteSize();
  }

  /** What must cross the memory bus of a device: every signal once, and dk where it is computed. */
  public Work signalWork() {
    long kernel = operation == Operation.FORWARD ? 0 : shape.kernelSize() * Float.BYTES;
    return new Work(signalBytes() + kernel, 0);
  }

  /** The type that {@link #typeName} is the name of. */
  public static DType parseType(String name) {
    for (DType type : DType.values()) {
      if (name(type).equals(name.strip())) {
        return type;
      }
    }
    throw new InvalidArgumentException(
        "type '"
            + name
            + "': expected one of "
            + Arrays.stream(DType.values())
                .map(BenchmarkCase::name)
                .collect(Collectors.joining(", ")));
  }

  private static String name(DType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** The type as tables and files name it. */
  public String typeName() {
    return name(type);
  }

  /** As in {@code forward float32 8,256,1024}. */
  @Override
  public String toString() {
    return operation.id() + " " + typeName() + " " + shape;
  }
}
