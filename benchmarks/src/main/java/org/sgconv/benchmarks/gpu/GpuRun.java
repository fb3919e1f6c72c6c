package org.sgconv.benchmarks.gpu;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sgconv.SgConvException;
import org.sgconv.benchmarks.report.Progress;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceBackend;
import org.sgconv.device.Stream;
import org.sgconv.oracle.Deviation;
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
      return List.of(
          GpuMeasurement.failed(
              GpuMeasurement.SGCONV, "-", what, String.valueOf(failure.getMessage())));
    }
    List<GpuMeasurement> measurements = new ArrayList<>();
    for (GpuPath path : paths) {
      progress.at(path.id() + " " + what);
      measurements.add(measure(what, path, bandwidth));
      progress.step();
    }
    return measurements;
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

  private GpuMeasurement measure(GpuCase what, GpuPath path, double bandwidth) {
    try (DeviceTensors tensors = new DeviceTensors(backend);
        LongConvolution convolution = path.create(backend, what)) {
      long hidden = what.shape().hidden();
      long length = what.shape().length();
      double unit = 1 / Math.sqrt((double) length);
      Tensor kernel = tensors.normal(convolution.kernelType(), unit, 1, hidden, length);
      Tensor skip = tensors.normal(convolution.kernelType(), 1, 1, hidden);
      try (KernelSpectrum spectrum = convolution.prepare(kernel, skip)) {
        return what.operation() == GpuOperation.FORWARD
            ? forward(what, path, bandwidth, tensors, convolution, spectrum, kernel, skip)
            : backward(what, path, bandwidth, tensors, convolution, spectrum);
      }
    } catch (SgConvException failure) {
      return GpuMeasurement.failed(
          GpuMeasurement.SGCONV, path.id(), what, String.valueOf(failure.getMessage()));
    }
  }

  private GpuMeasurement forward(
      GpuCase what,
      GpuPath path,
      double bandwidth,
      DeviceTensors tensors,
      LongConvolution convolution,
      KernelSpectrum spectrum,
      Tensor kernel,
      Tensor skip) {
    int sets = sets(what);
    List<Tensor> u = new ArrayList<>();
    List<Tensor> y = new ArrayList<>();
    for (int i = 0; i < sets; i++) {
      u.add(tensors.normal(what.type(), 1, dims(what)));
      y.add(tensors.zeros(what.type(), dims(what)));
    }
    StreamTimer.Times times =
        StreamTimer.measure(
            stream,
            plan.measurement(),
            call ->
                convolution.forward(
                    spectrum, u.get(call % sets), Gates.none(), y.get(call % sets)));
    long held = device.allocatedBytes();
    Deviation error = RowCheck.measure(kernel, skip, u.getFirst(), y.getFirst());
    return result(what, path, bandwidth, times, held, error);
  }

  private GpuMeasurement backward(
      GpuCase what,
      GpuPath path,
      double bandwidth,
      DeviceTensors tensors,
      LongConvolution convolution,
      KernelSpectrum spectrum) {
    int sets = sets(what);
    long hidden = what.shape().hidden();
    long length = what.shape().length();
    List<Tensor> u = new ArrayList<>();
    List<Tensor> dy = new ArrayList<>();
    List<Gradients> gradients = new ArrayList<>();
    Tensor dk = tensors.zeros(convolution.kernelType(), 1, hidden, length);
    Tensor dD = tensors.zeros(convolution.kernelType(), 1, hidden);
    for (int i = 0; i < sets; i++) {
      u.add(tensors.normal(what.type(), 1, dims(what)));
      dy.add(tensors.normal(what.type(), 1, dims(what)));
      gradients.add(Gradients.of(tensors.zeros(what.type(), dims(what)), dk, dD, null, null));
    }
    StreamTimer.Times times =
        StreamTimer.measure(
            stream,
            plan.measurement(),
            call ->
                convolution.backward(
                    spectrum,
                    u.get(call % sets),
                    Gates.none(),
                    dy.get(call % sets),
                    gradients.get(call % sets)));
    return result(what, path, bandwidth, times, device.allocatedBytes(), null);
  }

  private static GpuMeasurement result(
      GpuCase what,
      GpuPath path,
      double bandwidth,
      StreamTimer.Times times,
      long held,
      @Nullable Deviation error) {
    return GpuMeasurement.judged(path.id(), what, times, held, bandwidth, error);
  }

  private static long[] dims(GpuCase what) {
    return new long[] {what.shape().batch(), what.shape().hidden(), what.shape().length()};
  }

  /** Sets of signals that are used in turn, so that no call finds its signals in a cache. */
  private int sets(GpuCase what) {
    long wanted = Math.clamp(plan.rotation() / what.signalBytes() + 1, 2, MOST_SETS);
    long possible = (available() - what.neededBytes()) / what.signalBytes() + 1;
    return (int) Math.max(1, Math.min(wanted, possible));
  }
}
