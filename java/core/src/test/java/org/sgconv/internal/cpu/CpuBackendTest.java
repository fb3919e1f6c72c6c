package org.sgconv.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backend;
import org.sgconv.BackendFailureException;
import org.sgconv.BackendInfo;
import org.sgconv.BackendUnavailableException;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.HostMemoryException;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidSettingException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.CpuLibrary;
import org.sgconv.bindings.load.LoadFailure;
import org.sgconv.bindings.load.NativeLibraryException;
import org.sgconv.conv.LongConvolution;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

class CpuBackendTest {

  private static final ConvolutionGeometry GEOMETRY =
      new ConvolutionGeometry(ConvolutionMode.CAUSAL, 2, 3, 17, 17);
  private static final KernelGeometry KERNEL =
      new KernelGeometry(
          2, 3, 4, 2, 0, Composition.CONCATENATE, Interpolation.LINEAR, DecayLaw.GEOMETRIC);

  @Test
  void saysWhatItRunsOn() {
    Backend backend = NativeBackend.get();
    BackendInfo info = backend.info();
    assertThat(info.name()).isEqualTo("cpu").isEqualTo(backend.name());
    assertThat(info.instructionSet()).isIn("baseline", "avx2", "avx512", "neon");
    assertThat(info.threads()).isPositive();
    assertThat(info.libraries()).hasSizeBetween(1, 2); // with OpenBLAS if a test has used it
    String[] library = info.libraries().getFirst().split(" ", -1);
    assertThat(Path.of(library[0])).isAbsolute().matches(Files::isRegularFile);
    assertThat(library[1]).isEqualTo(info.version()).isNotBlank();
    assertThat(backend.provider().supportedTypes())
        .containsExactlyInAnyOrder(DType.FLOAT32, DType.FLOAT64);
  }

  @Test
  void isUnavailableWithoutItsLibrary() {
    NativeLibraryException reason =
        new NativeLibraryException(LoadFailure.ABSENT, "no library on this planet");
    CpuBackend backend = failing(reason);
    assertThat(Backend.of(backend).isAvailable()).isFalse();
    assertThat(backend.unavailabilityCause()).containsSame(reason);
    assertThatThrownBy(backend::info)
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("no library on this planet")
        .hasCause(reason);
    assertThatThrownBy(backend::kernels).isInstanceOf(BackendUnavailableException.class);
    assertThatThrownBy(() -> backend.plan(GEOMETRY, DType.FLOAT32))
        .isInstanceOf(BackendUnavailableException.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"UNUSABLE", "FOLDER", "PASSING"})
  void tellsALibraryThatCannotBeUsedFromOneThatIsNotThere(LoadFailure failure) {
    assertThat(failing(new NativeLibraryException(failure, "no good")).unavailabilityCause())
        .get()
        .isInstanceOf(BackendFailureException.class)
        .extracting(Throwable::getMessage)
        .isEqualTo("backend 'cpu' failed: no good");
  }

  @Test
  void tellsASettingThatCannotBeMet() {
    assertThat(
            failing(new NativeLibraryException(LoadFailure.SETTING, "-Dx=y: no"))
                .unavailabilityCause())
        .get()
        .isInstanceOf(InvalidSettingException.class)
        .extracting(Throwable::getMessage)
        .isEqualTo("-Dx=y: no");
  }

  @Test
  void worksOnceAFailureHasPassed() {
    NativeBackend.get();
    AtomicInteger attempts = new AtomicInteger();
    CpuBackend backend =
        new CpuBackend(
            () -> {
              if (attempts.incrementAndGet() == 1) {
                throw new NativeLibraryException(LoadFailure.PASSING, "too many open files");
              }
              return CpuLibrary.open();
            },
            () -> "1");
    assertThat(Backend.of(backend).isAvailable()).isFalse();
    assertThat(backend.info().threads()).isEqualTo(1);
    assertThat(Backend.of(backend).isAvailable()).isTrue();
    assertThat(attempts).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1025", "two", "", "1.5", "1e3", "99999999999"})
  void refusesThreadsThatAreNoNumberOfThreads(String value) {
    CpuBackend backend = new CpuBackend(CpuLibrary::open, () -> value);
    assertThat(backend.unavailabilityCause().orElseThrow())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "-Dsgconv.cpu.threads="
                + value
                + ": expected a number of threads from 1 to 1024, or no such property for all"
                + " processors");
  }

  @Test
  void computesWithTheThreadsOfTheProperty() {
    NativeBackend.get();
    assertThat(new CpuBackend(CpuLibrary::open, () -> " 3 ").info().threads()).isEqualTo(3);
    assertThat(new CpuBackend(CpuLibrary::open, () -> null).info().threads())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  private static CpuBackend failing(NativeLibraryException reason) {
    return new CpuBackend(
        () -> {
          throw reason;
        },
        () -> null);
  }

  @Test
  void takesNoTypesOfSixteenBits() {
    Backend backend = NativeBackend.get();
    assertThatThrownBy(() -> backend.provider().plan(GEOMETRY, DType.BFLOAT16))
        .isInstanceOf(TypeMismatchException.class)
        .hasMessageContaining("does not take BFLOAT16");
  }

  @Test
  void reportsASpectrumThatNoMemoryHolds() {
    Backend backend = NativeBackend.get();
    ConvolutionGeometry huge =
        new ConvolutionGeometry(ConvolutionMode.CAUSAL, 1, 1 << 24, 1 << 16, 1 << 16);
    assertThatThrownBy(() -> backend.provider().plan(huge, DType.FLOAT32).close())
        .isInstanceOf(HostMemoryException.class)
        .hasMessageContaining("a plan and a spectrum for " + huge);
  }

  @Test
  void reportsAPlanThatNoMemoryHolds() {
    Backend backend = NativeBackend.get();
    ConvolutionGeometry huge =
        new ConvolutionGeometry(
            ConvolutionMode.CAUSAL,
            1,
            1,
            ConvolutionGeometry.MAX_LENGTH,
            ConvolutionGeometry.MAX_LENGTH);
    assertThatThrownBy(() -> backend.provider().plan(huge, DType.FLOAT32).close())
        .isInstanceOf(HostMemoryException.class)
        .hasMessageContaining("length=" + ConvolutionGeometry.MAX_LENGTH)
        .hasMessageContaining("close tensors that are no longer needed");
  }

  /** What the callers above the SPI prevent must still be an exception here. */
  @Test
  void guardsItsOwnBoundary() {
    Backend backend = NativeBackend.get();
    try (ConvolutionPlan plan = backend.provider().plan(GEOMETRY, DType.FLOAT32);
        PlanSpectrum spectrum = plan.createSpectrum();
        Tensor kernel = Tensor.zeros(DType.FLOAT32, 2, 3, 17);
        Tensor u = Tensor.zeros(DType.FLOAT32, 4, 3, 17);
        Tensor y = Tensor.zeros(DType.FLOAT32, 4, 6, 17);
        Tensor wrong = Tensor.zeros(DType.FLOAT32, 4, 6, 16)) {
      assertThatThrownBy(() -> plan.forward(spectrum, into(u, y)))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("holds no kernel");
      plan.prepare(kernel, null, spectrum);
      assertThatThrownBy(() -> plan.forward(spectrum, into(u, wrong)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("y holds");
      assertThatThrownBy(() -> plan.forward(spectrum, into(u, u)))
          .isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(() -> plan.prepare(wrong, null, spectrum))
          .isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(
              () ->
                  plan.backward(
                      spectrum,
                      new BackwardOperands(
                          u.dim(0),
                          u,
                          null,
                          null,
                          null,
                          y,
                          new GradientTargets(null, null, null, null, wrong))))
          .isInstanceOf(InvalidArgumentException.class);
      KernelOperands misshapen = new KernelOperands(KERNEL, kernel, kernel, kernel);
      assertThatThrownBy(() -> backend.provider().kernels().forward(misshapen, wrong))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("weights holds");
    }
  }

  private static ForwardOperands into(Tensor u, Tensor y) {
    return new ForwardOperands(u.dim(0), u, null, null, null, y);
  }

  @Test
  void refusesSpectraOfOthersAndClosedOnes() {
    Backend backend = NativeBackend.get();
    try (Tensor kernel = Tensor.zeros(DType.FLOAT32, 2, 3, 17);
        Tensor u = Tensor.zeros(DType.FLOAT32, 1, 3, 17);
        Tensor y = Tensor.zeros(DType.FLOAT32, 1, 6, 17)) {
      ConvolutionPlan plan = backend.provider().plan(GEOMETRY, DType.FLOAT32);
      PlanSpectrum spectrum = plan.createSpectrum();
      plan.prepare(kernel, null, spectrum);
      PlanSpectrum foreign = () -> {};
      assertThatThrownBy(() -> plan.forward(foreign, into(u, y)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("not one of the cpu backend");
      spectrum.close();
      assertThatThrownBy(() -> plan.forward(spectrum, into(u, y)))
          .isInstanceOf(TensorClosedException.class);
      spectrum.close(); // does nothing
      plan.close();
      plan.close(); // does nothing
      assertThatThrownBy(plan::createSpectrum).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void programsMayHaveThreadsOfTheirOwn() {
    NativeBackend.get();
    Backend two = Backends.cpu(2);
    assertThat(two.info().threads()).isEqualTo(2);
    assertThat(Backends.cpu(2)).isEqualTo(two);
    assertThat(two.withThreads(3)).isEqualTo(Backends.cpu(3));
    assertThat(two.toString()).startsWith("cpu (").contains(", 2 threads, host processor");
    assertThat(Backends.cpu(1).toString()).contains(", 1 thread, ");
    float[] ones = new float[2 * 33];
    Arrays.fill(ones, 1);
    List<float[]> results = new ArrayList<>();
    for (Backend backend : List.of(two, Backends.cpu(3), Backends.cpu())) {
      try (var convolution = LongConvolution.create(backend, ConvolutionMode.CAUSAL, 1, 2, 33);
          Tensor u = Tensor.of(ones, 1, 2, 33);
          var spectrum = convolution.prepare(u);
          Tensor y = convolution.forward(spectrum, u)) {
        results.add(y.toFloatArray());
      }
    }
    assertThat(results.get(1)).isEqualTo(results.get(0));
    assertThat(results.get(2)).isEqualTo(results.get(0));
    for (int wrong : new int[] {0, -1, 1025}) {
      assertThatThrownBy(() -> Backends.cpu(wrong))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("threads is " + wrong + ": must be from 1 to 1024");
    }
    assertThatThrownBy(() -> Backends.reference().withThreads(2))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("'reference' has no number of threads");
  }

  @Test
  void aBackendThatCannotBeUsedSaysSo() {
    CpuBackend broken =
        new CpuBackend(
            () -> {
              throw new IllegalStateException("gone");
            },
            () -> null);
    assertThat(Backend.of(broken).toString()).startsWith("cpu (not available: ").contains("gone");
    assertThat(Backends.reference().toString()).startsWith("reference (java ");
    assertThat(LongConvolution.supportedTypes(Backends.reference()))
        .containsExactly(DType.FLOAT32, DType.FLOAT64);
  }
}
