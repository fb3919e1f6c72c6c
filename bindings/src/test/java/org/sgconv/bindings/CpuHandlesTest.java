package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Life and death of contexts, plans and spectra, and what the library itself refuses. */
@Timeout(60)
class CpuHandlesTest {

  private static final ConvolutionShape SHAPE =
      new ConvolutionShape(2, 3, 65, 65, ConvolutionShape.Mode.BIDIRECTIONAL);

  private CpuLibrary library;

  @BeforeEach
  void open() {
    NativeBuild.assumeNative();
    library = CpuLibrary.open();
  }

  @Test
  void describesTheLibrary() {
    assertThat(library.version()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    assertThat(library.tier()).isIn("baseline", "avx2", "avx512", "neon");
    assertThat(library.path()).isAbsolute().matches(Files::isRegularFile);
    assertThat(CpuLibrary.open()).isSameAs(library);
  }

  @Test
  void countsThreads() {
    for (int threads = 1; threads <= 3; threads++) {
      try (CpuContext context = library.createContext(threads)) {
        assertThat(context.threads()).isEqualTo(threads);
      }
    }
    try (CpuContext context = library.createContext(0)) {
      assertThat(context.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }
    assertThatThrownBy(() -> library.createContext(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("threads is -1");
  }

  @Test
  void saysWhatPlansAndKernelsTakeBeforeTheyAreMade() {
    CpuContext context = library.createContext(2);
    CpuPlanMemory memory = context.planMemory(SHAPE, CpuElement.FLOAT32);
    assertThat(memory.held()).isPositive();
    try (CpuPlan plan = context.createPlan(SHAPE, CpuElement.FLOAT32, 0)) {
      assertThat(plan.spectrumBytes()).isEqualTo(memory.spectrum());
    }
    CpuPlanMemory huge =
        context.planMemory(
            new ConvolutionShape(1, 1, 1L << 40, 1L << 40, ConvolutionShape.Mode.BIDIRECTIONAL),
            CpuElement.FLOAT32);
    assertThat(huge.spectrum()).isGreaterThanOrEqualTo(8L << 40);
    assertThat(huge.held()).isGreaterThan(huge.building()).isGreaterThan(8L << 40);
    assertThat(context.kernelMemory(kernel(2, 0), CpuElement.FLOAT32, 0)).isPositive();
    context.close();
    assertThatThrownBy(() -> context.planMemory(SHAPE, CpuElement.FLOAT32))
        .isInstanceOf(UseAfterCloseException.class);
    assertThatThrownBy(() -> context.kernelMemory(kernel(2, 0), CpuElement.FLOAT32, 1))
        .isInstanceOf(UseAfterCloseException.class);
  }

  @Test
  void refusesAClosedContext() {
    CpuContext context = library.createContext(1);
    context.close();
    context.close();
    assertThatThrownBy(() -> context.createPlan(SHAPE, CpuElement.FLOAT32, 0))
        .isInstanceOf(UseAfterCloseException.class);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment four = arena.allocate(4, 4);
      assertThatThrownBy(
              () ->
                  context.kernelNorm(
                      kernel(1, 0), CpuElement.FLOAT32, four, four, arena.allocate(4, 4)))
          .isInstanceOf(UseAfterCloseException.class)
          .hasMessage("CpuContext is closed");
    }
  }

  @Test
  void refusesAClosedPlan() {
    try (CpuContext context = library.createContext(1);
        Arena arena = Arena.ofConfined()) {
      CpuPlan plan = context.createPlan(SHAPE, CpuElement.FLOAT32, 0);
      MemorySegment memory = arena.allocate(plan.spectrumBytes(), 64);
      CpuSpectrum spectrum = plan.createSpectrum(memory);
      plan.close();
      MemorySegment kernel = arena.allocate(SHAPE.kernelBytes(), 4);
      plan.close();
      assertThatThrownBy(() -> plan.createSpectrum(memory))
          .isInstanceOf(UseAfterCloseException.class);
      assertThatThrownBy(() -> plan.prepare(kernel, null, spectrum))
          .isInstanceOf(UseAfterCloseException.class);
      assertThatThrownBy(() -> forward(plan, spectrum, 1, arena))
          .isInstanceOf(UseAfterCloseException.class)
          .hasMessage("CpuPlan is closed");
      assertThatThrownBy(() -> backward(plan, spectrum, 1, arena))
          .isInstanceOf(UseAfterCloseException.class);
    }
  }

  @Test
  void keepsAPlanUsableAfterItsContextIsClosed() {
    try (Arena arena = Arena.ofConfined()) {
      CpuPlan plan;
      try (CpuContext context = library.createContext(2)) {
        plan = context.createPlan(SHAPE, CpuElement.FLOAT32, 0);
      }
      CpuSpectrum spectrum = prepared(plan, arena);
      forward(plan, spectrum, 2, arena);
      plan.close();
    }
  }

  @Test
  void keepsSpectraToTheirPlanAndState() {
    try (CpuContext context = library.createContext(1);
        CpuPlan plan = context.createPlan(SHAPE, CpuElement.FLOAT32, 0);
        CpuPlan other = context.createPlan(SHAPE, CpuElement.FLOAT32, 0);
        Arena arena = Arena.ofConfined()) {
      CpuSpectrum empty = plan.createSpectrum(arena.allocate(plan.spectrumBytes(), 64));
      assertThatThrownBy(() -> forward(plan, empty, 1, arena))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("holds no kernel");
      assertThatThrownBy(() -> backward(plan, empty, 1, arena))
          .isInstanceOf(IllegalStateException.class);
      CpuSpectrum full = prepared(plan, arena);
      assertThatThrownBy(() -> forward(other, full, 1, arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("belongs to another plan");
      assertThatThrownBy(() -> other.prepare(arena.allocate(SHAPE.kernelBytes(), 4), null, full))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesMemoryThatASpectrumCannotUse() {
    try (CpuContext context = library.createContext(1);
        CpuPlan plan = context.createPlan(SHAPE, CpuElement.FLOAT32, 0);
        Arena arena = Arena.ofConfined()) {
      long bytes = plan.spectrumBytes();
      assertThatThrownBy(() -> plan.createSpectrum(arena.allocate(bytes + 4, 64)))
          .isInstanceOf(InvalidSegmentException.class);
      assertThatThrownBy(
              () -> plan.createSpectrum(arena.allocate(bytes + 64, 64).asSlice(32, bytes)))
          .isInstanceOf(InvalidSegmentException.class)
          .hasMessageContaining("expected a multiple of 64");
      assertThatThrownBy(() -> plan.createSpectrum(arena.allocate(bytes, 64).asReadOnly()))
          .isInstanceOf(InvalidSegmentException.class);
      CpuSpectrum spectrum;
      try (Arena ended = Arena.ofConfined()) {
        spectrum = prepared(plan, ended);
      }
      assertThatThrownBy(() -> forward(plan, spectrum, 1, arena))
          .isInstanceOf(UseAfterCloseException.class)
          .hasMessageContaining("spectrum is closed");
    }
  }

  @Test
  void refusesBatchesThatAreNone() {
    try (CpuContext context = library.createContext(1);
        CpuPlan plan = context.createPlan(SHAPE, CpuElement.FLOAT32, 0);
        Arena arena = Arena.ofConfined()) {
      CpuSpectrum spectrum = prepared(plan, arena);
      MemorySegment u = arena.allocate(SHAPE.signalBytes(), 4);
      MemorySegment y = arena.allocate(SHAPE.outputBytes(), 4);
      for (long batch : new long[] {0, -1, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> plan.forward(spectrum, batch, null, u, null, null, y))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("batch is " + batch);
      }
      for (long batch : new long[] {Long.MAX_VALUE, Long.MAX_VALUE / SHAPE.signalBytes() + 1}) {
        assertThatThrownBy(() -> plan.forward(spectrum, batch, null, u, null, null, y))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("too many");
      }
    }
  }

  @Test
  void passesOnWhatTheLibraryRefuses() {
    try (CpuContext context = library.createContext(1);
        Arena arena = Arena.ofConfined()) {
      KernelShape absurd = kernel(200, 300);
      assertThatThrownBy(
              () ->
                  context.kernelNorm(
                      absurd,
                      CpuElement.FLOAT32,
                      arena.allocate(absurd.weightBytes(), 4),
                      arena.allocate(4, 4),
                      arena.allocate(4, 4)))
          .isInstanceOfSatisfying(
              NativeStatusException.class,
              e -> assertThat(e.status()).isEqualTo(NativeStatus.INVALID_ARGUMENT))
          .hasMessageStartingWith("sgconv_cpu_kernel_norm: INVALID_ARGUMENT (status 1): ")
          .message()
          .hasSizeGreaterThan("sgconv_cpu_kernel_norm: INVALID_ARGUMENT (status 1): ".length());
      try (CpuPlan plan = context.createPlan(SHAPE, CpuElement.FLOAT32, 0)) {
        CpuSpectrum spectrum = prepared(plan, arena);
        MemorySegment u = arena.allocate(SHAPE.signalBytes(), 4);
        MemorySegment dy = arena.allocate(SHAPE.outputBytes(), 4);
        MemorySegment dpre = arena.allocate(SHAPE.signalBytes(), 4);
        assertThatThrownBy(
                () ->
                    plan.backward(
                        spectrum, 1, null, u, dy, null, null, null, null, null, dpre, null))
            .isInstanceOf(NativeStatusException.class)
            .hasMessageContaining("INVALID_ARGUMENT");
      }
    }
  }

  @Test
  void reportsExhaustedMemory() {
    try (CpuContext context = library.createContext(1)) {
      assertThatThrownBy(
              () ->
                  context.createPlan(
                      new ConvolutionShape(1, 1, 1L << 50, 1L << 50, ConvolutionShape.Mode.CAUSAL),
                      CpuElement.FLOAT32,
                      0))
          .isInstanceOf(NativeStatusException.class)
          .extracting(e -> ((NativeStatusException) e).status())
          .isIn(NativeStatus.OUT_OF_MEMORY, NativeStatus.INVALID_ARGUMENT);
      context.createPlan(SHAPE, CpuElement.FLOAT32, 0).close();
    }
  }

  @Test
  void knowsEveryStatus() {
    assertThat(NativeStatus.of(1)).isEqualTo(NativeStatus.INVALID_ARGUMENT);
    assertThat(NativeStatus.of(5)).isEqualTo(NativeStatus.DEVICE);
    assertThat(NativeStatus.of(77)).isEqualTo(NativeStatus.INTERNAL);
  }

  /** Calls from many threads while others close: results or exceptions, no crash, no deadlock. */
  @Test
  void closesWhileOthersCall() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try (CpuContext context = library.createContext(2)) {
      for (int round = 0; round < 20; round++) {
        CpuPlan plan = context.createPlan(SHAPE, CpuElement.FLOAT32, 0);
        try (Arena arena = Arena.ofShared()) {
          CpuSpectrum spectrum = prepared(plan, arena);
          CountDownLatch running = new CountDownLatch(5);
          List<Future<Integer>> calls = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            calls.add(
                threads.submit(
                    () -> {
                      int done = 0;
                      try (Arena own = Arena.ofConfined()) {
                        while (true) {
                          forward(plan, spectrum, 2, own);
                          done++;
                          running.countDown();
                        }
                      } catch (UseAfterCloseException e) {
                        return done;
                      }
                    }));
          }
          assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
          plan.close();
          for (Future<Integer> call : calls) {
            assertThat(call.get(30, TimeUnit.SECONDS)).isNotNegative();
          }
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static CpuSpectrum prepared(CpuPlan plan, Arena arena) {
    CpuSpectrum spectrum = plan.createSpectrum(arena.allocate(plan.spectrumBytes(), 64));
    plan.prepare(arena.allocate(plan.shape().kernelBytes(), 4), null, spectrum);
    return spectrum;
  }

  private static void forward(CpuPlan plan, CpuSpectrum spectrum, long batch, Arena arena) {
    plan.forward(
        spectrum,
        batch,
        null,
        arena.allocate(batch * SHAPE.signalBytes(), 4),
        null,
        null,
        arena.allocate(batch * SHAPE.outputBytes(), 4));
  }

  private static void backward(CpuPlan plan, CpuSpectrum spectrum, long batch, Arena arena) {
    plan.backward(
        spectrum,
        batch,
        null,
        arena.allocate(batch * SHAPE.signalBytes(), 4),
        arena.allocate(batch * SHAPE.outputBytes(), 4),
        null,
        null,
        arena.allocate(batch * SHAPE.signalBytes(), 4),
        null,
        null,
        null,
        null);
  }

  private static KernelShape kernel(long scales, long initScale) {
    return new KernelShape(
        1,
        1,
        1,
        scales,
        initScale,
        KernelShape.Composition.CONCATENATE,
        KernelShape.Interpolation.LINEAR,
        KernelShape.Decay.GEOMETRIC);
  }
}
