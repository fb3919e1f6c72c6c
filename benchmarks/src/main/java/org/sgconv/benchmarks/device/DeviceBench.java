package org.sgconv.benchmarks.device;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sgconv.Backend;
import org.sgconv.SgConvException;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.measure.Bench;
import org.sgconv.benchmarks.measure.ContenderFailedException;
import org.sgconv.benchmarks.measure.StartedCase;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Gpu;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Machine;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.cli.report.Progress;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** This library on the stream of a device, each of its paths by itself, and PyTorch beside it. */
public final class DeviceBench implements Bench {

  private static final int MOST_SETS = 16;

  private final Backend backend;
  private final DevicePlan plan;
  private final CaseMemory memory;
  private final Machine machine;
  private final List<BenchmarkCase> cases;
  private final Map<BenchmarkCase, List<Contender>> contenders = new LinkedHashMap<>();
  private final Map<BenchmarkCase, String> withoutPath = new HashMap<>();
  private MachineLimits limits = MachineLimits.ofDevice(0, 0);
  private TorchPeer.Outcome torch = TorchPeer.Outcome.absent("not asked for");

  /** On the stream of this backend, with cases made smaller until the device holds them. */
  public DeviceBench(Backend backend, DevicePlan plan) throws IOException {
    this.backend = backend;
    this.plan = plan;
    this.memory = new CaseMemory(Stream.of(backend).device());
    this.machine = Machine.describe(Gpu.describe(backend));
    this.cases =
        plan.cases().stream()
            .map(what -> CaseMemory.within(what, memory.available()))
            .distinct()
            .toList();
  }

  @Override
  public List<BenchmarkCase> cases() {
    return cases;
  }

  @Override
  public List<Contender> contenders(BenchmarkCase what) {
    return contenders.computeIfAbsent(what, this::paths);
  }

  private List<Contender> paths(BenchmarkCase what) {
    try {
      return DevicePath.of(backend, what).stream()
          .map(path -> new Contender(Library.SGCONV, path.id()))
          .toList();
    } catch (SgConvException failure) {
      withoutPath.put(what, String.valueOf(failure.getMessage()));
      return List.of(new Contender(Library.SGCONV, "-"));
    }
  }

  @Override
  public int rounds(Contender contender, BenchmarkCase what) {
    return 1;
  }

  @Override
  public double expectedSeconds(Contender contender, BenchmarkCase what) {
    return 1 + plan.measurement().toMillis() * 1e-3;
  }

  /** A copy, then PyTorch in all cases: memory of ours stays in this process's pool. */
  @Override
  public void begin(Progress progress, Listener listener) throws IOException {
    progress.at("copy");
    limits = copy();
    if (plan.torch()) {
      progress.at("PyTorch");
      torch =
          TorchPeer.measure(
              cases,
              plan,
              soFar -> {
                torch = soFar;
                listener.measured();
              });
    }
  }

  /** A copy on the device, of what is used in turn at least. */
  private MachineLimits copy() {
    long elements =
        Math.max(1, Math.min(2 * plan.rotation(), memory.available() / 4) / Float.BYTES);
    try (RandomTensors tensors = new RandomTensors(backend)) {
      Tensor from = tensors.normal(DType.FLOAT32, 1, elements);
      Tensor to = tensors.zeros(DType.FLOAT32, elements);
      Times times =
          StreamTimer.measure(Stream.of(backend), plan.measurement(), call -> to.copyFrom(from));
      return MachineLimits.ofDevice(
          from.byteSize(), 2.0 * from.byteSize() / (1e-3 * times.medianMs()));
    }
  }

  @Override
  public List<Measurement> known(BenchmarkCase what) {
    return torch.of(what);
  }

  @Override
  public StartedCase start(BenchmarkCase what, Progress progress) {
    String reason = withoutPath.get(what);
    if (reason != null) {
      throw new ContenderFailedException(reason, null);
    }
    progress.at("operands and reference, " + what);
    try (Closer made = Closer.onFailure()) {
      RandomTensors tensors = made.add(new RandomTensors(backend));
      DeviceOperands operands = new DeviceOperands(tensors, what, sets(what));
      PathsOfCase started = new PathsOfCase(tensors, operands, ExactRows.of(operands));
      made.keep();
      return started;
    } catch (SgConvException failure) {
      throw failed(failure);
    }
  }

  private static ContenderFailedException failed(SgConvException failure) {
    return new ContenderFailedException(String.valueOf(failure.getMessage()), failure);
  }

  /** Sets of signals that are used in turn, so that no call finds its signals in a cache. */
  private int sets(BenchmarkCase what) {
    long wanted = Math.clamp(plan.rotation() / what.signalBytes() + 1, 2, MOST_SETS);
    long possible = (memory.available() - CaseMemory.needed(what)) / what.signalBytes() + 1;
    return (int) Math.max(1, Math.min(wanted, possible));
  }

  /** Every path on the same operands. */
  private final class PathsOfCase implements StartedCase {

    private final RandomTensors tensors;
    private final DeviceOperands operands;
    private final ExactRows exact;

    PathsOfCase(RandomTensors tensors, DeviceOperands operands, ExactRows exact) {
      this.tensors = tensors;
      this.operands = operands;
      this.exact = exact;
    }

    @Override
    public Measurement measure(Contender contender) {
      BenchmarkCase what = operands.what();
      try (LongConvolution convolution = DevicePath.parse(contender.way()).create(backend, what);
          KernelSpectrum spectrum = convolution.prepare(operands.kernel(), operands.skip())) {
        Times times =
            StreamTimer.measure(
                Stream.of(backend),
                plan.measurement(),
                call -> operands.submit(convolution, spectrum, call));
        long held = Stream.of(backend).device().allocatedBytes();
        return DeviceChecks.measure(
                operands, exact, () -> operands.submit(convolution, spectrum, 0))
            .judged(what, contender, times, held);
      } catch (SgConvException failure) {
        throw failed(failure);
      }
    }

    @Override
    public void close() {
      tensors.close();
    }
  }

  @Override
  public Results results(List<Measurement> measurements, boolean finished) throws IOException {
    Map<String, String> libraries = new LinkedHashMap<>();
    libraries.put(Library.SGCONV.id(), "this library, cuda backend");
    libraries.put(Library.PYTORCH.id(), torch.version());
    return new Results(
        finished ? machine.atEnd() : machine,
        0,
        1,
        plan.measurement().toMillis(),
        limits,
        libraries,
        measurements,
        finished);
  }

  @Override
  public void close() {}
}
