package org.sgconv.benchmarks.gpu;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.sgconv.SgConvException;
import org.sgconv.cli.report.Progress;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceBackend;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Measures every case of a plan on a device, and PyTorch in the same cases. */
public final class GpuRun {

  /** Memory that is left to CUDA, cuFFT and whoever else uses the device. */
  private static final double RESERVE = 0.08;

  private static final int MOST_SETS = 16;

  private final DeviceBackend backend;
  private final Stream stream;
  private final Device device;
  private final GpuPlan plan;
  private final long usable;

  /** A run on the stream of this backend. */
  public GpuRun(DeviceBackend backend, GpuPlan plan) {
    this.backend = backend;
    this.stream = backend.stream();
    this.device = stream.device();
    this.plan = plan;
    this.usable = Math.min(device.memoryBudget(), device.freeMemory() + device.allocatedBytes());
  }

  /** How many cases there are, for progress. */
  public int count() {
    return 1 + plan.cases().stream().mapToInt(this::countPaths).sum();
  }

  private int countPaths(GpuCase what) {
    try {
      return GpuPath.of(backend, what).size();
    } catch (SgConvException failure) {
      return 1;
    }
  }

  /** Takes the results so far, after each case: a run may be cut off at any time. */
  @FunctionalInterface
  public interface Keeper {
    /** Keeps these results in place of those before. */
    void keep(GpuResults soFar) throws IOException;
  }

  /** Measures everything; what fails is stated in the results. */
  public GpuResults run(Progress progress, Keeper keeper) throws IOException {
    GpuMachine machine = GpuMachine.describe(backend);
    List<GpuCase> cases =
        plan.cases().stream().map(each -> each.within(available())).distinct().toList();
    progress.at("copy");
    double bandwidth = copyBandwidth();
    // PyTorch before us: the memory that our tensors leave stays in this process's pool.
    progress.at("PyTorch");
    TorchPeer.Outcome torch =
        plan.torch()
            ? TorchPeer.measure(
                cases,
                plan,
                soFar ->
                    keeper.keep(
                        new GpuResults(
                            machine,
                            bandwidth,
                            soFar.version(),
                            all(soFar, cases, bandwidth),
                            false)))
            : TorchPeer.Outcome.absent("not asked for");
    progress.step();
    List<GpuMeasurement> measurements = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      measurements.addAll(measure(cases.get(i), bandwidth, progress));
      measurements.addAll(torch.of(cases.get(i), bandwidth));
      List<GpuMeasurement> known = new ArrayList<>(measurements);
      known.addAll(all(torch, cases.subList(i + 1, cases.size()), bandwidth));
      keeper.keep(new GpuResults(machine, bandwidth, torch.version(), known, false));
    }
    return new GpuResults(machine.atEnd(), bandwidth, torch.version(), measurements, true);
  }

  private static List<GpuMeasurement> all(
      TorchPeer.Outcome torch, List<GpuCase> cases, double bandwidth) {
    return cases.stream().flatMap(each -> torch.of(each, bandwidth).stream()).toList();
  }

  private List<GpuMeasurement> measure(GpuCase what, double bandwidth, Progress progress) {
    List<GpuPath> paths;
    try {
      paths = GpuPath.of(backend, what);
    } catch (SgConvException failure) {
      progress.step();
      return List.of(failed("-", what, failure));
    }
    progress.at(paths.getFirst().id() + " " + what);
    List<GpuMeasurement> measurements = new ArrayList<>();
    try (GpuOperands operands = GpuOperands.allocate(backend, what, sets(what))) {
      ExactRows exact = ExactRows.of(operands);
      for (GpuPath path : paths) {
        progress.at(path.id() + " " + what);
        measurements.add(measure(operands, exact, path, bandwidth));
        progress.step();
      }
    } catch (SgConvException failure) {
      for (GpuPath path : paths.subList(measurements.size(), paths.size())) {
        measurements.add(failed(path.id(), what, failure));
        progress.step();
      }
    }
    return measurements;
  }

  private static GpuMeasurement failed(String path, GpuCase what, SgConvException failure) {
    return GpuMeasurement.failed(
        GpuMeasurement.SGCONV, path, what, String.valueOf(failure.getMessage()));
  }

  /**
   * Bytes that more tensors may take. What ours took and gave back stays in this process's pool.
   */
  private long available() {
    return (long) (usable - device.allocatedBytes() - RESERVE * device.totalMemory());
  }

  /** Bytes read and written a second by a copy on the device, of what is used in turn at least. */
  private double copyBandwidth() {
    long elements = Math.max(1, Math.min(2 * plan.rotation(), available() / 4) / Float.BYTES);
    try (DeviceTensors tensors = new DeviceTensors(backend)) {
      Tensor from = tensors.normal(DType.FLOAT32, 1, elements);
      Tensor to = tensors.zeros(DType.FLOAT32, elements);
      StreamTimer.Times times =
          StreamTimer.measure(stream, plan.measurement(), call -> to.copyFrom(from));
      return 2.0 * from.byteSize() / (1e-3 * times.medianMs());
    }
  }

  private GpuMeasurement measure(
      GpuOperands operands, ExactRows exact, GpuPath path, double bandwidth) {
    GpuCase what = operands.what();
    try (LongConvolution convolution = path.create(backend, what);
        KernelSpectrum spectrum = convolution.prepare(operands.kernel(), operands.skip())) {
      StreamTimer.Times times =
          StreamTimer.measure(
              stream, plan.measurement(), call -> operands.submit(convolution, spectrum, call));
      long held = device.allocatedBytes();
      GpuChecks checks =
          GpuChecks.measure(operands, exact, () -> operands.submit(convolution, spectrum, 0));
      return GpuMeasurement.judged(path.id(), what, times, held, bandwidth, checks);
    } catch (SgConvException failure) {
      return failed(path.id(), what, failure);
    }
  }

  /** Sets of signals that are used in turn, so that no call finds its signals in a cache. */
  private int sets(GpuCase what) {
    long wanted = Math.clamp(plan.rotation() / what.signalBytes() + 1, 2, MOST_SETS);
    long possible = (available() - what.neededBytes()) / what.signalBytes() + 1;
    return (int) Math.max(1, Math.min(wanted, possible));
  }
}
