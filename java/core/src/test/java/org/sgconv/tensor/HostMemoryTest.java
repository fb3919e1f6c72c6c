package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;

/** What is counted, what is refused, and where the limit comes from. */
@Timeout(60)
class HostMemoryTest {

  private static final long MEBI = 1L << 20;

  private final long held = HostMemory.heldBytes();

  @AfterEach
  void nothingIsLeft() {
    System.clearProperty(HostMemory.PROPERTY);
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }

  private void allow(long bytes) {
    System.setProperty(HostMemory.PROPERTY, String.valueOf(held + bytes));
  }

  @ParameterizedTest
  @CsvSource({"1000, 1000", "' 7 ', 7", "3k, 3072", "512m, 536870912", "2g, 2147483648"})
  void theLimitIsANumberOfBytesWithOrWithoutASuffix(String value, long bytes) {
    System.setProperty(HostMemory.PROPERTY, value);
    assertThat(HostMemory.limit()).isEqualTo(bytes);
    System.setProperty(HostMemory.PROPERTY, value.toUpperCase(java.util.Locale.ROOT));
    assertThat(HostMemory.limit()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "g", "2gb", "1.5g", "many", "9000000000g", "0x10"})
  void anotherLimitIsAnErrorWhereverItIsAskedFor(String value) {
    System.setProperty(HostMemory.PROPERTY, value);
    assertThatThrownBy(HostMemory::limit)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage(
            "-Dsgconv.host.memory="
                + value
                + ": expected a number of bytes above 0, such as 500000000 or 2g, or no such"
                + " property for what the machine or container has beyond the Java heap");
    assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT32, 1))
        .isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void withoutOneThereIsRoomForTheHeapAndTheRestOfTheJvm() {
    long physical =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    long heap = Runtime.getRuntime().maxMemory();
    assertThat(HostMemory.limit()).isGreaterThanOrEqualTo(physical / 4).isLessThan(physical);
    if (heap < physical / 2) {
      assertThat(HostMemory.limit() + heap)
          .isLessThan(physical)
          .isGreaterThan(physical * 7 / 8 - 1);
    }
  }

  @Test
  void aTensorBeyondTheLimitIsRefusedWithEveryNumber() {
    allow(8 * MEBI);
    long limit = HostMemory.limit();
    try (Tensor first = Tensor.zeros(DType.FLOAT32, MEBI)) {
      assertThat(HostMemory.heldBytes()).isEqualTo(held + first.byteSize());
      assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT64, MEBI))
          .isInstanceOfSatisfying(
              HostMemoryException.class, e -> assertThat(e.bytes()).isEqualTo(8 * MEBI))
          .hasMessage(
              "no host memory for tensor FLOAT64 (1048576): it needs 8388608 bytes, tensors, plans"
                  + " and spectra hold "
                  + (held + 4 * MEBI)
                  + " already, and "
                  + limit
                  + " are allowed in all (by -Dsgconv.host.memory); close tensors that are no longer"
                  + " needed or work on smaller batches or shorter signals");
      Tensor.zeros(DType.FLOAT32, MEBI).close(); // just fits
    }
  }

  /** In place of what the command line said, and from the next allocation on. */
  @Test
  void aProgramSetsTheLimit() {
    allow(64 * MEBI);
    long limit = held + 4 * MEBI;
    HostMemory.setLimit(limit);
    assertThat(HostMemory.limit()).isEqualTo(limit);
    try (Tensor first = Tensor.zeros(DType.FLOAT32, MEBI)) { // just fits
      assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT32, 1000))
          .isInstanceOf(HostMemoryException.class)
          .hasMessageContainingAll(
              "it needs 4000 bytes",
              "hold " + limit + " already",
              limit + " are allowed in all (by -Dsgconv.host.memory)");
      HostMemory.setLimit(limit + MEBI);
      Tensor.zeros(DType.FLOAT32, 1000).close();
      HostMemory.setLimit(1);
      first.set(7, 0); // what is held stays
      assertThat(HostMemory.heldBytes()).isEqualTo(limit);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aProgramSetsNoLimitBelowAByte(long bytes) {
    allow(MEBI);
    assertThatThrownBy(() -> HostMemory.setLimit(bytes))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("the limit of host memory is " + bytes + ": must be > 0");
    assertThat(HostMemory.limit()).isEqualTo(held + MEBI);
  }

  @Test
  void conversionsAndCopiesCountToo() {
    try (Tensor tensor = Tensor.zeros(DType.FLOAT32, MEBI)) {
      allow(11 * MEBI);
      assertThatThrownBy(() -> tensor.to(DType.FLOAT64)).isInstanceOf(HostMemoryException.class);
      tensor.copy().close();
      allow(12 * MEBI);
      tensor.to(DType.FLOAT64).close();
    }
  }

  @Test
  void sumsThatOverflowAreRefusedNotWrapped() {
    for (long bytes : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L << 62}) {
      assertThatThrownBy(() -> HostMemory.reserve("a test", bytes))
          .isInstanceOf(HostMemoryException.class)
          .hasMessageContaining("no host memory for a test");
    }
    assertThatThrownBy(() -> HostMemory.reserve("a test", -1))
        .isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void threadsTogetherStayWithinTheLimit() throws Exception {
    int threads = 4;
    allow(3 * MEBI); // room for three of the four
    AtomicLong most = new AtomicLong();
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            pool.submit(
                () -> {
                  for (int round = 0; round < 20_000; round++) {
                    try {
                      HostMemory.reserve("a test", MEBI);
                    } catch (HostMemoryException full) {
                      refused.incrementAndGet();
                      continue;
                    }
                    most.accumulateAndGet(HostMemory.heldBytes(), Math::max);
                    taken.incrementAndGet();
                    Thread.onSpinWait();
                    HostMemory.release(MEBI);
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(most.get()).isLessThanOrEqualTo(held + 3 * MEBI).isGreaterThan(held);
    assertThat(taken.get() + refused.get()).isEqualTo(threads * 20_000);
  }

  @Test
  void nobodyGivesBackWhatIsNotHeld() {
    long held = HostMemory.heldBytes();
    assertThatThrownBy(() -> HostMemory.release(-1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("gives back -1 bytes");
    assertThatThrownBy(() -> HostMemory.release(1L << 60))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("must be from 0 to the");
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }
}
