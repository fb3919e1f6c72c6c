package org.sgconv.benchmarks.device;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/**
 * What is measured on a device.
 *
 * @param cases those that the device cannot hold are made smaller and stated
 * @param measurement time for each case, after warming up
 * @param rotation bytes of signals that are used in turn, more than any cache
 * @param torch whether PyTorch is measured where it is installed
 * @param torchLimit what it may take in all, its start included; it is measured first
 */
public record DevicePlan(
    List<BenchmarkCase> cases,
    Duration measurement,
    long rotation,
    boolean torch,
    Duration torchLimit) {

  /** As good as none. */
  public static final Duration NO_LIMIT = Duration.ofDays(365);

  /** More than the second-level cache of any GPU. */
  public static final long ROTATION = 256L << 20;

  /** B=64, H=768 up to 64K samples, then no more than 2^29 samples in all. */
  public static final List<Workload> SHAPES =
      Stream.concat(
              Stream.of(1024, 2048, 4096, 8192, 16384, 32768, 65536)
                  .map(length -> new Workload(64, 768, length)),
              Stream.of(
                  new Workload(8, 512, 1 << 17),
                  new Workload(4, 512, 1 << 18),
                  new Workload(4, 256, 1 << 19),
                  new Workload(2, 256, 1 << 20),
                  new Workload(1, 256, 1 << 21),
                  new Workload(1, 128, 1 << 22)))
          .toList();

  /** Two lengths of one block each, one beyond, one long. */
  public static final List<Workload> QUICK_SHAPES =
      List.of(SHAPES.get(0), SHAPES.get(2), SHAPES.get(6), SHAPES.get(10));

  /** Element types of signals. */
  public static final List<DType> TYPES = List.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);

  /** With a spectrum that is there. */
  public static final List<Operation> OPERATIONS = List.of(Operation.FORWARD, Operation.BACKWARD);
}
