package org.sgconv.internal.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sgconv.BackendInfo;
import org.sgconv.InvalidSettingException;
import org.sgconv.bindings.CudaRuntime;
import org.sgconv.bindings.load.LoadedLibrary;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.DeviceMemory;
import org.sgconv.spi.PinnedMemory;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * float32 arithmetic on NVIDIA GPUs; signals in float32, bfloat16 or float16. Its work goes to one
 * stream: that of a {@link GpuStream}, or of the one that the service loader made, the default
 * stream of the first device that can be used.
 */
public final class CudaBackend implements BackendProvider {

  static final String NAME = "cuda";

  /** Overrides the choice of a path. */
  static final String PATH = "sgconv.cuda.path";

  /** Above the host's backends: where a device is, it is the fastest. */
  private static final int RANK = 20;

  private static final Set<DType> TYPES =
      Collections.unmodifiableSet(EnumSet.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16));

  private final Gpus gpus;
  private final @Nullable GpuStream bound;
  private volatile @Nullable CudaKernels kernels;
  private volatile @Nullable CudaLayers layers;

  /** For the service loader. */
  public CudaBackend() {
    this(new Gpus(), null);
  }

  private CudaBackend(Gpus gpus, @Nullable GpuStream bound) {
    this.gpus = gpus;
    this.bound = bound;
  }

  /** The same backend on another stream. */
  CudaBackend on(GpuStream stream) {
    return new CudaBackend(gpus, stream);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int rank() {
    return RANK;
  }

  @Override
  public Optional<Throwable> unavailabilityCause() {
    return Optional.ofNullable(gpus.cause(this));
  }

  @Override
  public List<Device> devices() {
    ensureAvailable();
    return List.copyOf(gpus.devices());
  }

  @Override
  public Optional<Stream> stream() {
    return Optional.of(gpuStream());
  }

  /** The stream that this is for, or the default one. */
  private GpuStream gpuStream() {
    GpuStream stream = bound;
    if (stream != null) {
      return stream;
    }
    ensureAvailable();
    return gpus.defaultStream();
  }

  @Override
  public BackendInfo info() {
    ensureAvailable();
    CudaRuntime runtime = CudaRuntime.open();
    List<String> libraries = new ArrayList<>();
    for (LoadedLibrary library : runtime.libraries()) {
      String version =
          switch (library.library()) {
            case CUDART ->
                runtime.runtimeVersion() + ", driver for CUDA " + runtime.driverVersion();
            case CUFFT -> runtime.fftVersion();
            case CUDA, CPU, OPENBLAS, CUBLAS, CUBLAS_LT -> runtime.kernelsVersion();
          };
      libraries.add(library.path() + " " + version);
    }
    return new BackendInfo(
        NAME,
        runtime.kernelsVersion(),
        runtime.architectures(),
        1,
        gpus.devices().stream().map(GpuDevice::name).toList(),
        runtime.leftOut(),
        libraries);
  }

  @Override
  public Set<DType> supportedTypes() {
    return TYPES;
  }

  @Override
  public DeviceMemory allocate(String purpose, long bytes) {
    return GpuMemory.allocate(gpuStream(), purpose, bytes);
  }

  @Override
  public DeviceMemory wrap(String purpose, MemorySegment memory) {
    return GpuMemory.wrap(gpuStream(), purpose, memory);
  }

  @Override
  public PinnedMemory allocatePinned(String purpose, long bytes) {
    return gpuStream().device().allocatePinned(purpose, bytes);
  }

  @Override
  public void requireOperand(String name, Tensor tensor) {
    gpuStream().requireHere(name, tensor);
  }

  /** Work is recorded under the stream's lock, and calls convolutions in it. */
  @Override
  public void beginCall() {
    gpuStream().lock().lock();
  }

  @Override
  public void endCall() {
    gpuStream().lock().unlock();
  }

  @Override
  public boolean isRecording() {
    return gpuStream().isRecording();
  }

  @Override
  public CudaKernels kernels() {
    CudaKernels known = kernels;
    if (known == null) {
      known = new CudaKernels(gpuStream());
      kernels = known;
    }
    return known;
  }

  /** float32 alone; linear maps need cuBLAS, which is loaded for the first of them. */
  @Override
  public CudaLayers layers() {
    CudaLayers known = layers;
    if (known == null) {
      known = new CudaLayers(gpuStream());
      layers = known;
    }
    return known;
  }

  /** A plan of the library's, where it has one and the property does not say otherwise. */
  @Override
  public ConvolutionPlan plan(ConvolutionGeometry geometry, DType type) {
    requireType(type);
    GpuStream stream = gpuStream();
    CudaKernels operations = kernels();
    try {
      return fusedIsWanted()
          ? CudaConvolutionPlan.create(stream, geometry, type, operations)
              .orElseGet(() -> CufftConvolutionPlan.create(stream, geometry, type, operations))
          : CufftConvolutionPlan.create(stream, geometry, type, operations);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a plan for " + geometry, e);
    }
  }

  private static boolean fusedIsWanted() {
    String path = System.getProperty(PATH);
    if (path == null || path.strip().equalsIgnoreCase(CudaConvolutionPlan.PATH)) {
      return true;
    }
    if (path.strip().equalsIgnoreCase(CufftConvolutionPlan.PATH)) {
      return false;
    }
    throw new InvalidSettingException(
        String.format(
            Locale.ROOT,
            "-D%s=%s: expected %s or %s, or no such property for the backend's choice",
            PATH,
            path,
            CudaConvolutionPlan.PATH,
            CufftConvolutionPlan.PATH));
  }
}
