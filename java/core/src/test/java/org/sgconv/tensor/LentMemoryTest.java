package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.TensorClosedException;
import org.sgconv.TensorInUseException;
import org.sgconv.bindings.process.BlockPool;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.spi.HeldMemory;

/** Memory of the pool has an arena once somebody asks for the segment, and is held until then. */
@Timeout(120)
class LentMemoryTest {

  private static final int ROWS = 64;
  private static final int LENGTH = 1024;
  private static final int COUNT = ROWS * LENGTH;

  private long open;

  @BeforeEach
  void begin() {
    assumeTrue(BlockPool.isUsable(), "memory is lent on Linux");
    open = Tensor.openCount();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Tensor.openCount()).isEqualTo(open);
  }

  private static Tensor filled(double value) {
    Tensor tensor = Tensor.uninitialized(DType.FLOAT32, 1, ROWS, LENGTH);
    tensor.fill(value);
    return tensor;
  }

  @Test
  void callsOfThisLibraryAskForNoSegment() {
    try (Tensor u = Tensor.of(new float[COUNT], 1, ROWS, LENGTH);
        Tensor copy = u.copy();
        Tensor doubles = u.to(DType.FLOAT64);
        Tensor mapped = u.map(value -> value + 1);
        Tensor sum = u.add(mapped);
        Tensor swapped = sum.transpose();
        Tensor part = u.slice(0)) {
      copy.copyFrom(mapped);
      copy.copyFrom(new float[COUNT]);
      doubles.copyFrom(new double[COUNT]);
      sum.scale(2, copy);
      copy.fill(1);
      assertThat(part.toFloatArray()).hasSize(COUNT).containsOnly(0);
      assertThat(u.toDoubleArray()).hasSize(COUNT).containsOnly(0);
      assertThat(u.firstNonFinite()).isEmpty();
      for (Tensor each : new Tensor[] {u, copy, doubles, mapped, sum, swapped}) {
        assertThat(each.storage.hasSegment()).as(each.toString()).isFalse();
      }
    }
  }

  @Test
  void convolutionsOnTheCpuAskForNoSegment() {
    Backend cpu = cpu();
    try (LongConvolution convolution =
            LongConvolution.create(cpu, ConvolutionMode.CAUSAL, 1, ROWS, LENGTH);
        Tensor kernel = filled(0.5);
        Tensor skip = Tensor.zeros(DType.FLOAT32, 1, ROWS);
        KernelSpectrum spectrum = convolution.prepare(kernel, skip);
        Tensor u = filled(1);
        Tensor pre = filled(2);
        Tensor post = filled(3);
        Tensor y = convolution.forward(spectrum, u, Gates.of(pre, post));
        Gradients gradients = convolution.backward(spectrum, u, Gates.of(pre, post), y)) {
      assertThat(gradients.input().dim(2)).isEqualTo(LENGTH);
      for (Tensor each : new Tensor[] {kernel, u, pre, post, y, gradients.input()}) {
        assertThat(each.storage.hasSegment()).as(each.toString()).isFalse();
      }
    }
  }

  @Test
  void theSegmentIsMadeOnceAndEndsWithTheTensor() {
    Tensor tensor = filled(1);
    Tensor row = tensor.slice(0).slice(3);
    MemorySegment whole = tensor.segment();
    MemorySegment part = row.segment();
    assertThat(tensor.segment()).isSameAs(whole);
    assertThat(row.segment()).isSameAs(part);
    assertThat(whole.byteSize()).isEqualTo(4L * COUNT);
    assertThat(part.byteSize()).isEqualTo(4L * LENGTH);
    assertThat(part.address()).isEqualTo(whole.address() + 3 * 4L * LENGTH);
    part.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 7);
    assertThat(tensor.get(0, 3, 0)).isEqualTo(7);
    assertThatThrownBy(() -> part.getAtIndex(ValueLayout.JAVA_FLOAT, LENGTH))
        .isInstanceOf(IndexOutOfBoundsException.class);
    row.close();
    assertThat(part.scope().isAlive()).isTrue(); // the owner's
    tensor.close();
    assertThat(whole.scope().isAlive()).isFalse();
    assertThat(part.scope().isAlive()).isFalse();
    assertThatThrownBy(tensor::segment).isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(row::segment).isInstanceOf(TensorClosedException.class);
  }

  /** Of a block that had a segment before, the next borrower's is a new one. */
  @Test
  void everyLoanHasASegmentOfItsOwn() {
    MemorySegment first;
    try (Tensor tensor = filled(1)) {
      first = tensor.segment();
    }
    try (Tensor unseen = filled(2)) {
      assertThat(unseen.storage.hasSegment()).isFalse();
      assertThat(unseen.storage.memory().address()).isEqualTo(first.address());
    }
    try (Tensor tensor = filled(3)) {
      assertThat(tensor.segment().address()).isEqualTo(first.address());
      assertThat(tensor.segment().get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(3);
      assertThat(first.scope().isAlive()).isFalse();
    }
  }

  /** A segment that is got at the very end is dead, or was the tensor's while it was read. */
  @Test
  void nobodySeesTheNextBorrower() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 300; round++) {
        Tensor tensor = filled(1);
        CountDownLatch running = new CountDownLatch(1);
        Future<Throwable> reader =
            pool.submit(
                () -> {
                  running.countDown();
                  return catchThrowable(
                      () -> {
                        while (true) {
                          MemorySegment segment = tensor.segment();
                          assertThat(segment.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(1);
                        }
                      });
                });
        running.await();
        closeAtLast(tensor);
        try (Tensor next = filled(2)) {
          assertThat(next.isClosed()).isFalse();
          assertThat(reader.get(30, TimeUnit.SECONDS))
              .isInstanceOfAny(IllegalStateException.class, TensorClosedException.class);
        }
        pool.submit(Thread::interrupted).get();
      }
    }
  }

  /** A call that is late must not write to what another tensor has by then. */
  @Test
  void aCallOnTheCpuFindsItsOutputClosed() throws Exception {
    Backend cpu = cpu();
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        LongConvolution convolution =
            LongConvolution.create(cpu, ConvolutionMode.CAUSAL, 1, ROWS, LENGTH);
        Tensor kernel = filled(1);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = filled(1)) {
      for (int round = 0; round < 50; round++) {
        Tensor y = filled(0);
        CountDownLatch running = new CountDownLatch(1);
        Future<Throwable> caller =
            pool.submit(
                () -> {
                  running.countDown();
                  return catchThrowable(
                      () -> {
                        while (true) {
                          convolution.forward(spectrum, u, Gates.none(), y);
                          LockSupport.parkNanos(20_000); // closing needs a gap between calls
                        }
                      });
                });
        running.await();
        long address = y.storage.memory().address();
        closeAtLast(y);
        try (Tensor next = filled(-1)) {
          assertThat(next.storage.memory().address()).isEqualTo(address);
          assertThat(caller.get(30, TimeUnit.SECONDS)).isInstanceOf(TensorClosedException.class);
          assertThat(next.toFloatArray()).containsOnly(-1);
        }
      }
    }
  }

  @Test
  void whatIsHeldStaysOpenForAll() throws Exception {
    Tensor tensor = filled(1);
    CountDownLatch done = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        HeldMemory memory = new HeldMemory()) {
      assertThat(memory.ofOptional(null)).isNull();
      assertThat(memory.of(tensor).byteSize()).isEqualTo(4L * COUNT);
      Future<Throwable> reader =
          pool.submit(
              () ->
                  catchThrowable(
                      () -> {
                        while (done.getCount() > 0) {
                          assertThat(tensor.getFlat(5)).isEqualTo(1);
                          assertThat(tensor.toFloatArray()).containsOnly(1);
                        }
                      }));
      for (int i = 0; i < 100; i++) {
        assertThatThrownBy(tensor::close)
            .isInstanceOf(TensorInUseException.class)
            .hasMessageContaining("is in use by a call that is under way");
        assertThat(tensor.isClosed()).isFalse();
      }
      done.countDown();
      assertThat(reader.get(30, TimeUnit.SECONDS)).isNull();
    }
    tensor.close();
    assertThat(tensor.isClosed()).isTrue();
  }

  @Test
  void whatCannotBeHeldLeavesTheRestToBeReleased() {
    Tensor closed = filled(1);
    closed.close();
    Tensor tensor = filled(2);
    Tensor view = tensor.slice(0);
    view.close();
    HeldMemory held = new HeldMemory();
    try (HeldMemory memory = held) {
      for (int i = 0; i < 20; i++) {
        memory.of(tensor);
      }
      assertThatThrownBy(() -> memory.of(closed)).isInstanceOf(TensorClosedException.class);
      assertThatThrownBy(() -> memory.of(view)).isInstanceOf(TensorClosedException.class);
    }
    tensor.close(); // nobody holds it any more
    try (Tensor next = filled(3)) {
      try (HeldMemory again = held) {
        assertThat(again.of(next).get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(3);
      }
    }
  }

  private static void closeAtLast(Tensor tensor) {
    while (!tensor.isClosed()) {
      try {
        tensor.close();
      } catch (TensorInUseException busy) {
        Thread.onSpinWait();
      }
    }
  }

  private static Backend cpu() {
    assumeTrue(!Boolean.getBoolean("sgconv.native.skip"), "this build has no CPU library to test");
    return Backends.cpu();
  }
}
