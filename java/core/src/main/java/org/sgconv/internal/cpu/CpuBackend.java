package org.sgconv.internal.cpu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sgconv.BackendInfo;
import org.sgconv.BackendUnavailableException;
import org.sgconv.InvalidSettingException;
import org.sgconv.bindings.CpuContext;
import org.sgconv.bindings.CpuLibrary;
import org.sgconv.bindings.MatrixProducts;
import org.sgconv.bindings.NativeStatus;
import org.sgconv.bindings.NativeStatusException;
import org.sgconv.internal.boundary.NativeFailures;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.KernelOperations;
import org.sgconv.spi.LayerOperations;
import org.sgconv.tensor.DType;

/**
 * float32 and float64 on the host's processor. The library is loaded and its thread pool started
 * when the backend is first asked about; both then last as long as the process.
 */
public final class CpuBackend implements BackendProvider {

  static final String NAME = "cpu";

  private static final Set<DType> TYPES = Set.of(DType.FLOAT32, DType.FLOAT64);

  private final Supplier<CpuLibrary> libraries;
  private final Supplier<MatrixProducts> products;
  private final Supplier<@Nullable String> threadsProperty;

  /** Those with a number of threads that a program has asked for; shared by all of them. */
  private final Map<Integer, CpuBackend> withThreads;

  /** Set once; a failure is not kept, since it may pass and what does not is known below. */
  private volatile @Nullable Started started;

  private record Started(
      CpuLibrary library,
      CpuContext context,
      CpuProducts products,
      KernelOperations kernels,
      LayerOperations layers) {

    Started(CpuLibrary library, CpuContext context, CpuProducts products) {
      this(library, context, products, new CpuKernels(context), new CpuLayers(context, products));
    }
  }

  /** For the service loader. */
  public CpuBackend() {
    this(CpuLibrary::open, () -> System.getProperty(ThreadCount.PROPERTY));
  }

  CpuBackend(Supplier<CpuLibrary> libraries, Supplier<@Nullable String> threadsProperty) {
    this(libraries, MatrixProducts::open, threadsProperty, new ConcurrentHashMap<>());
  }

  /** One whose products are those of this test. */
  CpuBackend(Supplier<MatrixProducts> products) {
    this(CpuLibrary::open, products, () -> "1", new ConcurrentHashMap<>());
  }

  private CpuBackend(
      Supplier<CpuLibrary> libraries,
      Supplier<MatrixProducts> products,
      Supplier<@Nullable String> threadsProperty,
      Map<Integer, CpuBackend> withThreads) {
    this.libraries = libraries;
    this.products = products;
    this.threadsProperty = threadsProperty;
    this.withThreads = withThreads;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int rank() {
    return 10;
  }

  @Override
  public Optional<Throwable> unavailabilityCause() {
    try {
      start();
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(NativeFailures.unavailable(NAME, e));
    }
  }

  private Started started() {
    Started here = started;
    if (here != null) {
      return here;
    }
    try {
      return start();
    } catch (RuntimeException e) {
      throw new BackendUnavailableException(NAME, NativeFailures.unavailable(NAME, e));
    }
  }

  private synchronized Started start() {
    Started here = started;
    if (here == null) {
      here = newlyStarted();
      started = here;
    }
    return here;
  }

  private Started newlyStarted() {
    int threads = ThreadCount.parse(threadsProperty.get());
    CpuLibrary library = libraries.get();
    try {
      CpuContext context = library.createContext(threads);
      return new Started(library, context, new CpuProducts(context, products));
    } catch (NativeStatusException e) {
      // The one thing that this processor may not support is the instruction set that was named.
      throw e.status() == NativeStatus.UNSUPPORTED ? new InvalidSettingException(e.text(), e) : e;
    }
  }

  @Override
  public CpuBackend withThreads(int threads) {
    ThreadCount.require(threads);
    return withThreads.computeIfAbsent(
        threads, count -> new CpuBackend(libraries, products, () -> count.toString(), withThreads));
  }

  @Override
  public BackendInfo info() {
    Started here = started();
    CpuLibrary library = here.library();
    return new BackendInfo(
        NAME,
        library.version(),
        library.tier(),
        here.context().threads(),
        List.of("host processor (" + System.getProperty("os.arch") + ")"),
        Stream.concat(
                Stream.of(library.path() + " " + library.version()),
                here.products().library().stream())
            .toList());
  }

  @Override
  public Set<DType> supportedTypes() {
    return TYPES;
  }

  @Override
  public KernelOperations kernels() {
    return started().kernels();
  }

  @Override
  public LayerOperations layers() {
    return started().layers();
  }

  @Override
  public ConvolutionPlan plan(ConvolutionGeometry geometry, DType type) {
    requireType(type);
    Started here = started();
    try {
      return CpuConvolutionPlan.create(geometry, type, here.context(), here.kernels());
    } catch (RuntimeException e) {
      throw NativeFailures.translate(NAME, "a plan for " + geometry, e);
    }
  }
}
