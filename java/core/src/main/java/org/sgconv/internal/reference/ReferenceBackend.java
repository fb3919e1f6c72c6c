package org.sgconv.internal.reference;

import java.lang.module.ModuleDescriptor;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sgconv.BackendInfo;
import org.sgconv.InvalidArgumentException;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.KernelOperations;
import org.sgconv.spi.LayerOperations;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;

/**
 * Everything in float64 and plain Java. Takes both element types; float32 is widened on the way in
 * and rounded on the way out. Works wherever Java does and ranks below every other backend.
 */
public final class ReferenceBackend implements BackendProvider {

  /** Signals and kernels beyond this would not fit a Java array after padding. */
  static final long MAX_LENGTH = 1L << 28;

  /** Up to this length the sums are computed as written, beyond it by Fourier transforms. */
  static final int MAX_DIRECT_LENGTH = 512;

  private static final Set<DType> TYPES =
      Collections.unmodifiableSet(EnumSet.of(DType.FLOAT32, DType.FLOAT64));

  /** For the service loader. */
  public ReferenceBackend() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Optional<Throwable> unavailabilityCause() {
    return Optional.empty();
  }

  @Override
  public BackendInfo info() {
    return new BackendInfo(
        name(),
        version(),
        "java " + Runtime.version().feature(),
        Runtime.getRuntime().availableProcessors(),
        List.of("host, float64"),
        List.of());
  }

  /** From the module's descriptor, or on the class path from the jar's manifest. */
  private static String version() {
    Class<?> self = ReferenceBackend.class;
    ModuleDescriptor module = self.getModule().getDescriptor();
    String manifest = self.getPackage().getImplementationVersion();
    return Optional.ofNullable(module)
        .flatMap(ModuleDescriptor::rawVersion)
        .or(() -> Optional.ofNullable(manifest))
        .orElse("unpackaged");
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public Set<DType> supportedTypes() {
    return TYPES;
  }

  @Override
  public KernelOperations kernels() {
    return new ReferenceKernels();
  }

  @Override
  public LayerOperations layers() {
    return new ReferenceLayers();
  }

  @Override
  public ConvolutionPlan plan(ConvolutionGeometry geometry, DType type) {
    int length = arrayLength("signal length", geometry.length());
    // Without room for one spectrum a plan is of no use: asked before any table is computed.
    long spectrum = ReferenceSpectrum.byteSize(geometry, type);
    HostMemory.reserve("a spectrum of " + geometry, spectrum);
    try {
      return new ReferencePlan(geometry, type, products(length));
    } finally {
      HostMemory.release(spectrum);
    }
  }

  private static LagProducts products(int length) {
    if (length <= MAX_DIRECT_LENGTH) {
      return new DirectProducts();
    }
    String purpose = "a transform of signals of length " + length;
    long bytes = FourierProducts.leastBytes(length);
    HeapMemory.require(purpose, bytes);
    return HeapMemory.guarded(purpose, bytes, () -> new FourierProducts(length));
  }

  /** A length as an int, if the reference can work with it. */
  static int arrayLength(String what, long length) {
    if (length > MAX_LENGTH) {
      throw new InvalidArgumentException(
          what
              + " "
              + length
              + " is beyond the reference backend, which takes up to "
              + MAX_LENGTH
              + "; use another backend or shorter pieces");
    }
    return (int) length;
  }
}
