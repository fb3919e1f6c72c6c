package org.sgconv.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backend;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.TensorInUseException;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Several threads on one backend: the same results, and exceptions instead of crashes. */
@Timeout(120)
class ConcurrencyTest {

  private static final int THREADS = 6;
  private static final int LENGTH = 513;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void threadsGetTheResultsOfOneThread(boolean virtual) throws Exception {
    Backend backend = NativeBackend.get();
    try (LongConvolution convolution = create(backend);
        Tensor kernel = random(1, 1, 4, LENGTH);
        Tensor u = random(2, 3, 4, LENGTH);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor expected = convolution.forward(spectrum, u);
        LongConvolution other = create(backend);
        KernelSpectrum otherSpectrum = other.prepare(kernel);
        ExecutorService threads =
            virtual
                ? Executors.newVirtualThreadPerTaskExecutor()
                : Executors.newFixedThreadPool(THREADS)) {
      float[] values = expected.toFloatArray();
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        boolean shared = i % 2 == 0;
        calls.add(
            threads.submit(
                () -> {
                  for (int j = 0; j < 50; j++) {
                    try (Tensor y =
                        shared
                            ? convolution.forward(spectrum, u)
                            : other.forward(otherSpectrum, u)) {
                      assertThat(y.toFloatArray()).isEqualTo(values);
                    }
                  }
                }));
      }
      for (Future<?> call : calls) {
        call.get(60, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void closingAConvolutionInUseEndsTheCalls() throws Exception {
    Backend backend = NativeBackend.get();
    for (int round = 0; round < 20; round++) {
      LongConvolution convolution = create(backend);
      try (Tensor kernel = random(1, 1, 4, LENGTH);
          Tensor u = random(2, 3, 4, LENGTH)) {
        KernelSpectrum spectrum = convolution.prepare(kernel);
        whileCalling(
            () -> {
              try (Tensor y = convolution.forward(spectrum, u)) {
                return y.getFlat(0);
              }
            },
            convolution::close);
      }
    }
  }

  /** A tensor in use refuses to close; one that closed between two calls ends the next. */
  @Test
  void closingATensorInUseIsRefusedOrEndsTheCalls() throws Exception {
    Backend backend = NativeBackend.get();
    try (LongConvolution convolution = create(backend);
        Tensor kernel = random(1, 1, 4, LENGTH);
        KernelSpectrum spectrum = convolution.prepare(kernel)) {
      for (int round = 0; round < 20; round++) {
        Tensor u = random(2, 3, 4, LENGTH);
        whileCalling(
            () -> {
              try (Tensor y = Tensor.zeros(DType.FLOAT32, 3, 4, LENGTH)) {
                convolution.forward(spectrum, u, Gates.none(), y);
                return y.getFlat(0);
              }
            },
            () -> closePatiently(u));
      }
    }
  }

  private static void closePatiently(Tensor tensor) {
    while (true) {
      try {
        tensor.close();
        return;
      } catch (TensorInUseException e) {
        Thread.onSpinWait();
      }
    }
  }

  /** Runs {@code call} on all threads until {@code end} makes each of them fail as closed. */
  private static void whileCalling(Callable<Double> call, Runnable end) throws Exception {
    CountDownLatch running = new CountDownLatch(THREADS);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        calls.add(
            threads.submit(
                () -> {
                  int done = 0;
                  try {
                    while (true) {
                      call.call();
                      if (done == 0) {
                        running.countDown();
                      }
                      done++;
                    }
                  } catch (ClosedException e) {
                    return done;
                  }
                }));
      }
      assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
      end.run();
      for (Future<Integer> each : calls) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isPositive();
      }
    }
  }

  private static LongConvolution create(Backend backend) {
    return LongConvolution.create(backend, ConvolutionMode.CAUSAL, 1, 4, LENGTH);
  }

  private static Tensor random(long seed, long... dims) {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, dims);
    Random random = new Random(seed);
    for (long i = 0; i < tensor.elementCount(); i++) {
      tensor.setFlat(i, random.nextGaussian());
    }
    return tensor;
  }
}
