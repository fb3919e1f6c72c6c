package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidSettingException;

/** Memory of closed tensors is used again, counted, bounded, and never seen by who had it. */
class HostPoolTest {

  private static final int FLOATS = 1 << 20;
  private static final long BYTES = 4L * FLOATS;

  private long held;

  @BeforeEach
  void begin() {
    HostMemory.trim();
    held = HostMemory.heldBytes();
    System.setProperty(HostMemory.POOL_PROPERTY, "64m");
  }

  @AfterEach
  void nothingIsLeft() {
    System.clearProperty(HostMemory.PROPERTY);
    System.clearProperty(HostMemory.POOL_PROPERTY);
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
    HostMemory.trim();
    assertThat(HostMemory.spareBytes()).isZero();
  }

  private static long addressOfClosed(long floats) {
    try (Tensor tensor = Tensor.uninitialized(DType.FLOAT32, floats)) {
      tensor.fill(3);
      return tensor.segment().address();
    }
  }

  @Test
  void memoryIsUsedAgain() {
    long first = addressOfClosed(FLOATS);
    assertThat(HostMemory.spareBytes()).isEqualTo(BYTES);
    assertThat(addressOfClosed(FLOATS)).isEqualTo(first);
    assertThat(addressOfClosed(FLOATS - 1000)).isEqualTo(first); // a little less fits too
    assertThat(HostMemory.spareBytes()).isEqualTo(BYTES);
    assertThat(addressOfClosed(FLOATS / 2)).isNotEqualTo(first); // half would waste the other half
    assertThat(HostMemory.spareBytes()).isEqualTo(BYTES + BYTES / 2);
  }

  @Test
  void largeBlocksBeginWithAHugePage() {
    assertThat(addressOfClosed(FLOATS) % (2L << 20)).isZero();
    assertThat(addressOfClosed(20_000) % 64).isZero();
  }

  @Test
  void zerosAreZerosInUsedMemory() {
    long first = addressOfClosed(FLOATS);
    try (Tensor zeros = Tensor.zeros(DType.FLOAT32, FLOATS)) {
      assertThat(zeros.segment().address()).isEqualTo(first);
      assertThat(zeros.segment().mismatch(MemorySegment.ofArray(new float[FLOATS]))).isEqualTo(-1);
    }
  }

  /** The block is in other hands by then: whoever kept the segment must not reach it. */
  @Test
  void aSegmentKeptBeyondCloseIsDead() {
    Tensor tensor = Tensor.uninitialized(DType.FLOAT32, FLOATS);
    MemorySegment kept = tensor.segment();
    tensor.close();
    try (Tensor next = Tensor.uninitialized(DType.FLOAT32, FLOATS)) {
      assertThat(next.segment().address()).isEqualTo(kept.address());
      assertThat(kept.scope().isAlive()).isFalse();
      assertThatThrownBy(() -> kept.get(ValueLayout.JAVA_FLOAT, 0))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> kept.asSlice(4, 4).set(ValueLayout.JAVA_FLOAT, 0, 1))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void heldAndSpareAreCountedApart() {
    try (Tensor odd = Tensor.uninitialized(DType.FLOAT32, FLOATS + 1)) {
      assertThat(HostMemory.heldBytes()).isEqualTo(held + odd.byteSize());
      assertThat(HostMemory.spareBytes()).isZero();
    }
    assertThat(HostMemory.spareBytes()).isEqualTo(BYTES + 4);
    try (Tensor less = Tensor.uninitialized(DType.FLOAT32, FLOATS)) {
      assertThat(HostMemory.heldBytes()).isEqualTo(held + less.byteSize());
      assertThat(HostMemory.spareBytes()).isEqualTo(4); // what the loan does not use
    }
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
    assertThat(HostMemory.spareBytes()).isEqualTo(BYTES + 4);
    HostMemory.trim();
    assertThat(HostMemory.spareBytes()).isZero();
  }

  @Test
  void theOldestGoesWhenThePoolIsFull() {
    System.setProperty(HostMemory.POOL_PROPERTY, String.valueOf(3 * BYTES));
    long oldest = addressOfClosed(FLOATS);
    addressOfClosed(2 * FLOATS);
    assertThat(HostMemory.spareBytes()).isEqualTo(3 * BYTES);
    addressOfClosed(FLOATS / 2);
    assertThat(HostMemory.spareBytes()).isEqualTo(2 * BYTES + BYTES / 2);
    System.setProperty(HostMemory.POOL_PROPERTY, "0");
    addressOfClosed(FLOATS / 2);
    assertThat(HostMemory.spareBytes()).isZero();
    assertThat(oldest).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "many"})
  void anotherBoundIsAnError(String value) {
    System.setProperty(HostMemory.POOL_PROPERTY, value);
    assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT32, FLOATS))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("-Dsgconv.host.pool=" + value + ": expected a number of bytes");
  }

  @Test
  void thePoolIsEmptiedBeforeAnythingIsRefused() {
    addressOfClosed(FLOATS);
    System.setProperty(HostMemory.PROPERTY, String.valueOf(held + BYTES + BYTES / 2));
    try (Tensor other = Tensor.zeros(DType.FLOAT32, FLOATS + FLOATS / 2)) {
      assertThat(other.byteSize()).isEqualTo(BYTES + BYTES / 2);
      assertThat(HostMemory.spareBytes()).isZero();
      assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT32, FLOATS))
          .isInstanceOf(HostMemoryException.class);
    }
  }

  /** Memory that lies in the pool is no reason to give out more than the limit. */
  @Test
  void theLimitHoldsForUsedMemoryToo() {
    addressOfClosed(FLOATS);
    System.setProperty(HostMemory.PROPERTY, String.valueOf(held + BYTES - 1));
    assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT32, FLOATS))
        .isInstanceOf(HostMemoryException.class);
  }

  @Test
  void manyThreadsHaveMemoryOfTheirOwn() throws Exception {
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int thread = 0; thread < 4; thread++) {
        int mine = thread + 1;
        all.add(
            pool.submit(
                () -> {
                  for (int round = 0; round < 200; round++) {
                    int floats = 20_000 + 1000 * (round % 7);
                    try (Tensor tensor = Tensor.uninitialized(DType.FLOAT32, floats)) {
                      tensor.fill(mine);
                      for (float value : tensor.toFloatArray()) {
                        assertThat(value).isEqualTo(mine);
                      }
                    }
                  }
                }));
      }
    }
    for (Future<?> each : all) {
      each.get();
    }
  }

  /** What may be kept is asked for when memory comes back, not when it was lent. */
  @Test
  void aLimitThatIsSetHoldsForWhatIsLent() {
    System.clearProperty(HostMemory.POOL_PROPERTY);
    Tensor large = Tensor.uninitialized(DType.FLOAT32, FLOATS);
    HostMemory.setLimit(HostMemory.heldBytes() + BYTES); // of which the pool keeps an eighth
    large.close();
    assertThat(HostMemory.spareBytes()).isZero();
  }
}
