package org.sgconv.benchmarks.cpu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.sgconv.Backends;
import org.sgconv.benchmarks.peers.Output;
import org.sgconv.benchmarks.peers.Signals;
import org.sgconv.benchmarks.peers.SynthesisInputs;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The float64 reference's results, kept in files of a folder so that they are computed once for all
 * processes of a run.
 */
final class Expectations {

  private final Path folder;

  Expectations(Path folder) {
    this.folder = folder;
  }

  /** An output of a convolution of {@code shape}; read-only, alive as long as the arena. */
  MemorySegment convolution(Workload shape, Output output, Arena arena) throws IOException {
    ensureConvolution(shape);
    return map(file(shape, output.name()), arena);
  }

  /** Computes and stores all outputs unless they are there. */
  void ensureConvolution(Workload shape) throws IOException {
    for (Output output : Output.values()) {
      if (!Files.exists(file(shape, output.name()))) {
        computeConvolution(shape);
        return;
      }
    }
  }

  private void computeConvolution(Workload work) throws IOException {
    try (Arena arena = Arena.ofShared();
        Signals signals = new Signals(work, VerifiedOperation.SEED)) {
      Map<Output, Path> parts = new EnumMap<>(Output.class);
      Map<Output, MemorySegment> targets = new EnumMap<>(Output.class);
      for (Output output : Output.values()) {
        Path part = Files.createTempFile(folder, "expected", ".part");
        parts.put(output, part);
        targets.put(output, create(part, output.size(work) * Double.BYTES, arena));
      }
      new ReferenceConvolution(signals, targets).run();
      for (Map.Entry<Output, Path> part : parts.entrySet()) {
        move(part.getValue(), file(work, part.getKey().name()));
      }
    }
  }

  /** The kernel, or the gradient of the weights, of {@code inputs}. */
  MemorySegment synthesis(SynthesisInputs inputs, Operation operation, Arena arena)
      throws IOException {
    Tensor gradient = inputs.kernelGradient();
    Workload shape = new Workload(1, (int) gradient.dim(1), (int) gradient.dim(2));
    Path file = file(shape, operation.name());
    if (!Files.exists(file)) {
      Path part = Files.createTempFile(folder, "expected", ".part");
      Files.write(part, computeSynthesis(inputs, operation));
      move(part, file);
    }
    return map(file, arena);
  }

  private static byte[] computeSynthesis(SynthesisInputs inputs, Operation operation) {
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
          return kernel.segment().toArray(ValueLayout.JAVA_BYTE);
        }
      }
      try (KernelGradients gradients = reference.backward(precise, gradient)) {
        return gradients.weights().segment().toArray(ValueLayout.JAVA_BYTE);
      }
    }
  }

  private Path file(Workload shape, String result) {
    String name = shape.toString().replace(',', 'x') + "-" + result.toLowerCase(Locale.ROOT);
    return folder.resolve(name + ".f64");
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static MemorySegment create(Path file, long bytes, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    }
  }

  private static MemorySegment map(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }
}
