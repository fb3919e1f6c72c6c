package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.TensorClosedException;
import org.sgconv.TensorInUseException;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.io.Safetensors;
import org.sgconv.spi.TensorCheck;

/**
 * One thread closes what another reads or writes in Java code: the closer is told so, or the other
 * finds the tensor closed, and nobody is left interrupted.
 */
@Timeout(120)
class AccessRaceTest {

  private static final int COUNT = 1 << 16;

  @TempDir Path folder;

  private enum Access {
    TO_FLOATS(Tensor::toFloatArray),
    TO_DOUBLES(Tensor::toDoubleArray),
    COPY_ARRAY(tensor -> tensor.copyFrom(new float[COUNT])),
    FILL(tensor -> tensor.fill(1)),
    FINITE(tensor -> TensorCheck.finite("u", tensor)),
    CONVERT(tensor -> tensor.to(DType.BFLOAT16).close()),
    COPY(tensor -> tensor.copy().close()),
    FROM(
        tensor -> {
          try (Tensor target = Tensor.zeros(DType.FLOAT32, COUNT)) {
            target.copyFrom(tensor);
          }
        }),
    INTO(
        tensor -> {
          try (Tensor source = Tensor.zeros(DType.FLOAT32, COUNT)) {
            tensor.copyFrom(source);
          }
        }),
    ELEMENTS(
        tensor -> {
          for (int i = 0; i < COUNT; i++) {
            tensor.setFlat(i, tensor.getFlat(i) + 1);
          }
        });

    private final Consumer<Tensor> work;

    Access(Consumer<Tensor> work) {
      this.work = work;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTensorIsFoundClosed(Access access) throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 30; round++) {
        Tensor tensor = Tensor.zeros(DType.FLOAT32, COUNT);
        // Of single elements the JVM ends an access, and that leaves a thread interrupted.
        race(pool, tensor, () -> access.work.accept(tensor), access != Access.ELEMENTS);
      }
    }
  }

  @Test
  void aFileThatIsWrittenFindsItClosed() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 20; round++) {
        Tensor tensor = Tensor.zeros(DType.FLOAT32, COUNT);
        Path file = folder.resolve("x.safetensors");
        race(pool, tensor, () -> Safetensors.writer().add("u", tensor).write(file), true);
      }
    }
  }

  @Test
  void theReferenceFindsItClosed() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        LongConvolution convolution =
            LongConvolution.create(Backends.reference(), ConvolutionMode.CAUSAL, 1, 1, 1000);
        Tensor kernel = Tensor.zeros(DType.FLOAT32, 1, 1, 1000);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor y = Tensor.zeros(DType.FLOAT32, 1, 1, 1000)) {
      for (int round = 0; round < 20; round++) {
        Tensor u = Tensor.zeros(DType.FLOAT32, 1, 1, 1000);
        race(pool, u, () -> convolution.forward(spectrum, u, Gates.none(), y), true);
      }
    }
  }

  /** The lender's arena is not ours to keep open. */
  @ParameterizedTest
  @EnumSource
  void borrowedMemoryThatEndsIsFoundClosed(Access access) throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 20; round++) {
        Arena arena = Arena.ofShared();
        Tensor tensor = Tensor.wrap(arena.allocate(4L * COUNT, 4), DType.FLOAT32, COUNT);
        CountDownLatch running = new CountDownLatch(1);
        Future<Throwable> reader =
            pool.submit(() -> untilFailure(running, () -> access.work.accept(tensor)));
        running.await();
        arena.close();
        assertThat(reader.get(30, TimeUnit.SECONDS)).isInstanceOf(TensorClosedException.class);
        pool.submit(Thread::interrupted).get();
      }
    }
  }

  private static void race(ExecutorService pool, Tensor tensor, Runnable work, boolean ofCalls)
      throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Future<Throwable> user = pool.submit(() -> untilFailure(running, work));
    running.await();
    while (!tensor.isClosed()) {
      try {
        tensor.close();
      } catch (TensorInUseException busy) {
        Thread.onSpinWait();
      }
    }
    assertThat(user.get(30, TimeUnit.SECONDS)).isInstanceOf(TensorClosedException.class);
    boolean interrupted = pool.submit(Thread::interrupted).get();
    if (ofCalls) {
      assertThat(interrupted).as("interrupted").isFalse();
    }
  }

  private static Throwable untilFailure(CountDownLatch running, Runnable work) {
    running.countDown();
    Throwable failure = null;
    while (failure == null) {
      failure = catchThrowable(work::run);
    }
    return failure;
  }
}
