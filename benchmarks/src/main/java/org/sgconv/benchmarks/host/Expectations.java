package org.sgconv.benchmarks.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.sgconv.Backends;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.benchmarks.peers.SignalInputs;
import org.sgconv.benchmarks.peers.Signals;
import org.sgconv.benchmarks.peers.SynthesisInputs;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.oracle.ExactResult;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Exact results with the bounds of their errors, kept in files of a folder so that they are
 * computed once for all processes of a run.
 */
final class Expectations {

  private final Path folder;

  Expectations(Path folder) {
    this.folder = folder;
  }

  /** An output of a convolution of {@code shape}; read-only, alive as long as the arena. */
  ExpectedRows convolution(Workload shape, DType type, Output output, Arena arena)
      throws IOException {
    ensureConvolution(shape, type);
    return map(layerFile(shape, type, output), arena);
  }

  /** Computes and stores all outputs unless they are there. */
  void ensureConvolution(Workload shape, DType type) throws IOException {
    for (Output output : Output.values()) {
      if (!Files.exists(layerFile(shape, type, output))) {
        computeConvolution(shape, type);
        return;
      }
    }
  }

  private Path layerFile(Workload shape, DType type, Output output) {
    return file(shape, type == DType.FLOAT32 ? output.name() : output.name() + "-" + type);
  }

  private void computeConvolution(Workload work, DType type) throws IOException {
    try (Arena arena = Arena.ofShared();
        Signals signals = new Signals(work, type, VerifiedOperation.SEED)) {
      Map<Output, Path> parts = new EnumMap<>(Output.class);
      Map<Output, ExpectedRows> targets = new EnumMap<>(Output.class);
      for (Output output : Output.values()) {
        Path part = Files.createTempFile(folder, "expected", ".part");
        parts.put(output, part);
        targets.put(output, create(part, output.size(work), output.rows(work), arena));
      }
      new ReferenceConvolution(signals, targets).run();
      for (Map.Entry<Output, Path> part : parts.entrySet()) {
        move(part.getValue(), layerFile(work, type, part.getKey()));
      }
    }
  }

  /** The kernel, or the gradient of the weights, of {@code inputs}. */
  ExpectedRows synthesis(SynthesisInputs inputs, Operation operation, Arena arena)
      throws IOException {
    Tensor gradient = inputs.kernelGradient();
    Workload shape = new Workload(1, (int) gradient.dim(1), (int) gradient.dim(2));
    Path file = file(shape, operation.name());
    if (!Files.exists(file)) {
      ExactResult exact = computeSynthesis(inputs, operation);
      Path part = Files.createTempFile(folder, "expected", ".part");
      ExpectedRows rows =
          create(part, (long) exact.rowCount() * exact.rowLength(), exact.rowCount(), arena);
      for (int r = 0; r < exact.rowCount(); r++) {
        rows.set(r, exact, r);
      }
      move(part, file);
    }
    return map(file, arena);
  }

  /** The results of signals. */
  ExpectedRows signals(BenchmarkCase what, Arena arena) throws IOException {
    ensureSignals(what);
    return map(signalsFile(what), arena);
  }

  /** Computes and stores the results of signals unless they are there. */
  void ensureSignals(BenchmarkCase what) throws IOException {
    if (Files.exists(signalsFile(what))) {
      return;
    }
    try (Arena arena = Arena.ofShared();
        SignalInputs inputs = new SignalInputs(what, VerifiedOperation.SEED)) {
      Path part = Files.createTempFile(folder, "expected", ".part");
      ExpectedRows rows = create(part, what.results(), what.outputRows(), arena);
      new ReferenceSignals(inputs, rows).run();
      move(part, signalsFile(what));
    }
  }

  private Path signalsFile(BenchmarkCase what) {
    return file(what.shape(), what.operation().id() + "-" + what.typeName());
  }

  private static ExactResult computeSynthesis(SynthesisInputs inputs, Operation operation) {
    KernelParameters given = inputs.parameters();
    KernelSynthesis reference = KernelSynthesis.on(Backends.reference());
    try (KernelParameters precise =
            KernelParameters.of(
                given.spec(),
                given.weights().to(DType.FLOAT64),
                given.decay().to(DType.FLOAT64),
                given.norm().orElseThrow().to(DType.FLOAT64));
        Tensor gradient = inputs.kernelGradient().to(DType.FLOAT64)) {
      if (operation == Operation.SYNTHESIS_FORWARD) {
        try (Tensor kernel = reference.forward(precise, inputs.length())) {
          return ExactResult.of(kernel.toDoubleArray(), inputs.length());
        }
      }
      try (KernelGradients gradients = reference.backward(precise, gradient)) {
        // As one row: by themselves some gradients are sums that cancel by chance.
        double[] weights = gradients.weights().toDoubleArray();
        return ExactResult.of(weights, weights.length);
      }
    }
  }

  private Path file(Workload shape, String result) {
    String name = shape.toString().replace(',', 'x') + "-" + result.toLowerCase(Locale.ROOT);
    return folder.resolve(name + ".f64");
  }

  private static Path boundsOf(Path values) {
    return values.resolveSibling(values.getFileName() + ".bounds");
  }

  /** The values last: where they are, the bounds are too. */
  private static void move(Path from, Path to) throws IOException {
    for (Path[] pair : new Path[][] {{boundsOf(from), boundsOf(to)}, {from, to}}) {
      Files.move(
          pair[0], pair[1], StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static ExpectedRows create(Path file, long values, long rows, Arena arena)
      throws IOException {
    return new ExpectedRows(
        writable(file, values * Double.BYTES, arena),
        writable(boundsOf(file), ExpectedRows.boundBytes(rows), arena));
  }

  private static MemorySegment writable(Path file, long bytes, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    }
  }

  private static ExpectedRows map(Path file, Arena arena) throws IOException {
    return new ExpectedRows(readable(file, arena), readable(boundsOf(file), arena));
  }

  private static MemorySegment readable(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }
}
