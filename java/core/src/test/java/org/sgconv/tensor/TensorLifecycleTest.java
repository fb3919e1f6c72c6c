package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TensorClosedException;
import org.sgconv.TensorInUseException;
import org.sgconv.spi.TensorCheck;

/** Closing, and what happens afterwards. */
@Timeout(60)
class TensorLifecycleTest {

  @Test
  void countsOpenOwners() {
    long before = Tensor.openCount();
    Tensor tensor = Tensor.zeros(DType.FLOAT32, 4);
    Tensor view = tensor.slice(0, 2);
    assertThat(Tensor.openCount()).isEqualTo(before + 1);
    view.close();
    assertThat(Tensor.openCount()).isEqualTo(before + 1);
    tensor.close();
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  @Test
  void everyUseAfterCloseNamesThePlaces() {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, 2, 2);
    Tensor other = Tensor.zeros(DType.FLOAT32, 2, 2);
    tensor.close();
    assertThat(tensor.isClosed()).isTrue();
    List<Runnable> uses =
        List.of(
            () -> tensor.get(0, 0),
            () -> tensor.set(1, 0, 0),
            () -> tensor.getFlat(0),
            () -> tensor.setFlat(0, 1),
            tensor::toFloatArray,
            tensor::toDoubleArray,
            () -> tensor.copyFrom(other),
            () -> other.copyFrom(tensor),
            () -> tensor.copyFrom(new float[4]),
            tensor::copy,
            () -> tensor.to(DType.FLOAT64),
            () -> tensor.fill(1),
            tensor::segment,
            () -> tensor.slice(0),
            () -> tensor.slice(0, 1),
            () -> tensor.reshape(4),
            () -> tensor.overlaps(other),
            () -> other.overlaps(tensor),
            () -> TensorCheck.finite("u", tensor),
            () -> TensorCheck.writable("y", tensor));
    long open = Tensor.openCount();
    for (Runnable use : uses) {
      assertThatThrownBy(use::run)
          .isInstanceOf(TensorClosedException.class)
          .hasMessageContaining("tensor FLOAT32 (2, 2) is closed")
          .hasMessageContaining("allocated\n    at ")
          .hasMessageContaining("closed\n    at ")
          .hasMessageContaining(
              "TensorLifecycleTest.everyUseAfterCloseNamesThePlaces(TensorLifecycleTest.java:");
    }
    assertThat(Tensor.openCount()).isEqualTo(open);
    // What was known before stays known.
    assertThat(tensor.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(tensor).hasToString("FLOAT32 (2, 2)");
    other.close();
  }

  @Test
  void closingTwiceDoesNothing() {
    Tensor tensor = Tensor.zeros(DType.FLOAT64, 1);
    tensor.close();
    long open = Tensor.openCount();
    long held = HostMemory.heldBytes();
    tensor.close();
    assertThat(Tensor.openCount()).isEqualTo(open);
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }

  @Test
  void closingAnOwnerEndsItsViews() {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, 2, 2);
    Tensor view = tensor.slice(1);
    Tensor viewOfView = view.reshape(2, 1);
    tensor.close();
    assertThat(view.isClosed()).isTrue();
    assertThatThrownBy(() -> view.get(0)).isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> viewOfView.get(0, 0)).isInstanceOf(TensorClosedException.class);
    // A view may still be closed, as try-with-resources in the wrong order would.
    view.close();
    assertThat(view.isClosed()).isTrue();
  }

  @Test
  void closingAViewEndsThatViewAlone() {
    try (Tensor tensor = Tensor.of(new float[] {1, 2}, 2)) {
      Tensor view = tensor.slice(0, 1);
      Tensor sibling = tensor.slice(0, 1);
      view.close();
      assertThatThrownBy(() -> view.get(0))
          .isInstanceOf(TensorClosedException.class)
          .hasMessageContaining("view FLOAT32 (1) is closed");
      view.close(); // does nothing
      assertThat(sibling.get(0)).isEqualTo(1);
      assertThat(tensor.get(1)).isEqualTo(2);
    }
  }

  @Test
  void anotherThreadsUseAfterCloseIsTheSameError() {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, 4);
    CompletableFuture.runAsync(tensor::close).join();
    assertThatThrownBy(() -> tensor.get(0)).isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> CompletableFuture.supplyAsync(() -> tensor.get(0)).join())
        .hasCauseInstanceOf(TensorClosedException.class);
  }

  @Test
  void oneOfManyThreadsCloses() throws Exception {
    int threads = 4;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < 50; round++) {
        Tensor tensor = Tensor.zeros(DType.FLOAT32, 4);
        CountDownLatch start = new CountDownLatch(1);
        long open = Tensor.openCount();
        List<Future<?>> closers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          closers.add(
              pool.submit(
                  () -> {
                    start.await();
                    tensor.close();
                    return null;
                  }));
        }
        start.countDown();
        for (Future<?> closer : closers) {
          closer.get(10, TimeUnit.SECONDS);
        }
        assertThat(Tensor.openCount()).isEqualTo(open - 1);
      }
    }
  }

  @Test
  void refusesToCloseUnderACallAndStaysOpen() throws Exception {
    long before = Tensor.openCount();
    requireRefusalUnderACall(Tensor.zeros(DType.FLOAT32, 1 << 20));
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  /**
   * Closes a large tensor of the host at last. Writing to a full pipe holds the memory session, as
   * a native call would.
   */
  static void requireRefusalUnderACall(Tensor tensor) throws Exception {
    Pipe pipe = Pipe.open();
    ByteBuffer bytes = tensor.segment().asByteBuffer();
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<Integer> writer = pool.submit(() -> pipe.sink().write(bytes));
      boolean refused = false;
      while (!refused && !tensor.isClosed()) {
        // The first byte in the pipe means that the writer is inside its call and holds the memory.
        assertThat(pipe.source().read(ByteBuffer.allocate(1))).isEqualTo(1);
        try {
          tensor.close();
        } catch (TensorInUseException busy) {
          refused = true;
          assertThat(busy).hasMessageContaining("is in use by a call that is under way");
        }
      }
      assertThat(refused).isTrue();
      assertThat(tensor.isClosed()).isFalse();
      tensor.set(3, 0);
      assertThat(tensor.get(0)).isEqualTo(3);
      ByteBuffer rest = ByteBuffer.allocate(1 << 16);
      // The last bytes may be here before the writer's call has returned: do not wait for more.
      pipe.source().configureBlocking(false);
      while (!writer.isDone()) {
        pipe.source().read(rest.clear());
      }
      assertThat(writer.get()).isPositive();
    } finally {
      pipe.source().close();
      pipe.sink().close();
    }
    tensor.close();
  }

  @Test
  void closeAllClosesWhatIsOpen() {
    Tensor first = Tensor.zeros(DType.FLOAT32, 1);
    Tensor second = Tensor.zeros(DType.FLOAT32, 1);
    first.close();
    Tensor.closeAll(null, first, second);
    assertThat(second.isClosed()).isTrue();
    Tensor.closeAll(first, second); // does nothing
    assertThatThrownBy(() -> first.get(0)).isInstanceOf(TensorClosedException.class);
    Tensor.closeAll();
    Tensor.closeAll((Tensor) null);
  }

  @Test
  void absurdSizesAreTypedErrorsAndLeaveNothing() {
    long before = Tensor.openCount();
    assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT32, 1L << 62))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("more than 2^63−1 bytes");
    for (long count : new long[] {1L << 44, 1L << 60, (1L << 61) - 1}) {
      assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT32, count))
          .isInstanceOfSatisfying(
              HostMemoryException.class,
              failure -> {
                assertThat(failure.bytes()).isEqualTo(4 * count);
                assertThat(failure).hasMessageContaining(Long.toString(4 * count));
                assertThat(failure).hasMessageContaining("FLOAT32 (" + count + ")");
              });
    }
    assertThat(Tensor.openCount()).isEqualTo(before);
    Tensor.zeros(DType.FLOAT32, 1).close();
  }
}
