package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.cufft.Cufft;
import org.sgconv.bindings.load.LoadFailure;
import org.sgconv.bindings.load.LoadedLibrary;
import org.sgconv.bindings.load.NativeLibraries;
import org.sgconv.bindings.load.NativeLibrary;
import org.sgconv.bindings.load.NativeLibraryException;

/** The CUDA runtime, cuFFT and our CUDA kernels, loaded, and the devices that they can use. */
public final class CudaRuntime {

  private static final String VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES";

  private static @Nullable CudaRuntime opened;

  private final List<LoadedLibrary> libraries;
  private final List<CudaDevice> devices;
  private final List<String> leftOut;

  private CudaRuntime(List<LoadedLibrary> libraries, int deviceCount) {
    this.libraries = libraries;
    CudaArchitectures compiled = new CudaArchitectures(architectures());
    List<CudaDevice> found = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    LoadFailure gravest = LoadFailure.LEFT_OUT;
    for (int ordinal = 0; ordinal < deviceCount; ordinal++) {
      CudaDevice device = new CudaDevice(ordinal);
      Optional<Refusal> refusal = refusal(device, compiled);
      if (refusal.isEmpty()) {
        found.add(device);
      } else {
        refused.add(device + ": " + refusal.get().reason());
        gravest = Collections.max(List.of(gravest, refusal.get().failure()));
      }
    }
    if (found.isEmpty()) {
      throw new NoDeviceException(gravest, "none can be used: " + String.join("; ", refused), null);
    }
    this.devices = List.copyOf(found);
    this.leftOut = List.copyOf(refused);
  }

  /** One that does not even answer hides no other. */
  private static Optional<Refusal> refusal(CudaDevice device, CudaArchitectures compiled) {
    try {
      return device.refusal(compiled);
    } catch (CudaErrorException e) {
      return Optional.of(new Refusal(LoadFailure.UNUSABLE, String.valueOf(e.getMessage())));
    }
  }

  /**
   * Loads the libraries on the first call and looks for devices. The CUDA runtime comes first: a
   * machine without a device is told so, not that it lacks cuFFT.
   *
   * @throws NativeLibraryException if a library is missing or does not fit
   * @throws NoDeviceException if there is no device, no driver for one, or none that can be used;
   *     no device is used to find out
   */
  public static synchronized CudaRuntime open() {
    if (opened == null) {
      NativeLibraries.refuseIfLeftOut(NativeLibrary.CUDA);
      LoadedLibrary runtime = NativeLibraries.load(NativeLibrary.CUDART);
      NativeLibraries.requireFunctions(runtime, Cudart.functions());
      NativeResult.prepareCudart();
      int count = deviceCount();
      LoadedLibrary kernels = besideADevice(NativeLibrary.CUDA);
      NativeLibraries.requireFunctions(kernels, List.of("sgconv_cuda_abi_version"));
      int abi = SgconvCuda.sgconv_cuda_abi_version();
      if (abi != SgconvCuda.SGCONV_CUDA_ABI_VERSION()) {
        throw new NativeLibraryException(
            String.format(
                    Locale.ROOT,
                    "%s has version %d of the C interface, these bindings need %d: use sgconv-native and",
                    kernels.path(),
                    abi,
                    SgconvCuda.SGCONV_CUDA_ABI_VERSION())
                + " sgconv-bindings of one version");
      }
      NativeLibraries.requireFunctions(kernels, SgconvCuda.functions());
      NativeResult.prepareCuda();
      LoadedLibrary fft = besideADevice(NativeLibrary.CUFFT);
      NativeLibraries.requireFunctions(fft, Cufft.functions());
      opened = new CudaRuntime(List.of(runtime, kernels, fft), count);
    }
    return opened;
  }

  /** Loads what is sorely missed if it is not there. */
  private static LoadedLibrary besideADevice(NativeLibrary library) {
    try {
      return NativeLibraries.load(library);
    } catch (NativeLibraryException e) {
      throw e.failure() == LoadFailure.ABSENT
          ? new NativeLibraryException("there is a CUDA device, and " + e.getMessage(), e)
          : e;
    }
  }

  private static int deviceCount() {
    int count;
    try {
      count = read("cudaGetDeviceCount", Cudart::cudaGetDeviceCount);
    } catch (CudaErrorException e) {
      throw e.isNoDevice() ? noDevice(e) : e;
    }
    if (count == 0) {
      throw new NoDeviceException(LoadFailure.ABSENT, "the NVIDIA driver reports no device", null);
    }
    return count;
  }

  private static NoDeviceException noDevice(CudaErrorException error) {
    String visible = System.getenv(VISIBLE_DEVICES);
    if (error.code() == Cudart.cudaErrorNoDevice() && visible != null) {
      return new NoDeviceException(
          LoadFailure.LEFT_OUT,
          String.format(
              Locale.ROOT,
              "the NVIDIA driver finds none among %s='%s' (check nvidia-smi -L)",
              VISIBLE_DEVICES,
              visible),
          error);
    }
    return new NoDeviceException(LoadFailure.ABSENT, reason(error), error);
  }

  private static String reason(CudaErrorException error) {
    if (error.code() == Cudart.cudaErrorNoDevice()) {
      return "the NVIDIA driver finds no device that this process may use (check nvidia-smi)";
    }
    int driver = read("cudaDriverGetVersion", Cudart::cudaDriverGetVersion);
    int runtime = read("cudaRuntimeGetVersion", Cudart::cudaRuntimeGetVersion);
    return driver == 0
        ? "there is no NVIDIA driver (libcuda.so.1) on this machine; the CUDA runtime "
            + text(runtime)
            + " is there: install the driver"
        : String.format(
            Locale.ROOT,
            "the NVIDIA driver is for CUDA %s, the CUDA runtime is %s: update the driver",
            text(driver),
            text(runtime));
  }

  /** The devices that can be used, in the order of their ordinals; at least one. */
  public List<CudaDevice> devices() {
    return devices;
  }

  /** The others, each with the reason, a line each. */
  public List<String> leftOut() {
    return leftOut;
  }

  /** The files in use and where each was found. */
  public List<LoadedLibrary> libraries() {
    return libraries;
  }

  /** Version of our library of CUDA kernels. */
  public String kernelsVersion() {
    return SgconvCuda.sgconv_cuda_version().getString(0);
  }

  /** What our CUDA kernels were compiled for, such as {@code sm_80 sm_90}. */
  public String architectures() {
    return SgconvCuda.sgconv_cuda_architectures().getString(0);
  }

  /** Version of the CUDA runtime, such as 13.0. */
  public String runtimeVersion() {
    return text(read("cudaRuntimeGetVersion", Cudart::cudaRuntimeGetVersion));
  }

  /** The latest version of CUDA that the driver knows, such as 13.0. */
  public String driverVersion() {
    return text(read("cudaDriverGetVersion", Cudart::cudaDriverGetVersion));
  }

  /** Version of cuFFT, such as 12.0.0. */
  public String fftVersion() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
      NativeResult.cufft("cufftGetVersion", Cufft.cufftGetVersion(value));
      int version = value.get(ValueLayout.JAVA_INT, 0);
      return String.format(
          Locale.ROOT, "%d.%d.%d", version / 1000, version / 100 % 10, version % 100);
    }
  }

  static int read(String function, ToIntFunction<MemorySegment> call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
      NativeResult.cudart(function, call.applyAsInt(value));
      return value.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private static String text(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }
}
