package org.sgconv.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;
import org.sgconv.BackendInfo;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;

class ReferenceBackendTest {

  private final ReferenceBackend backend = new ReferenceBackend();

  @Test
  void isFoundAndAlwaysThere() {
    assertThat(Backends.reference().provider()).isInstanceOf(ReferenceBackend.class);
    assertThat(backend.unavailabilityCause()).isEmpty();
    assertThat(backend.supportedTypes()).containsExactlyInAnyOrder(DType.FLOAT32, DType.FLOAT64);
    BackendInfo info = backend.info();
    assertThat(info.name()).isEqualTo("reference");
    assertThat(info.version()).isNotBlank();
    assertThat(info.instructionSet()).startsWith("java ");
  }

  /** 2^28 samples need tables of 8 GB: the heap of the tests has not that much. */
  @Test
  void plansBeyondTheHeapAreRefused() {
    assumeThat(Runtime.getRuntime().maxMemory()).isLessThan(8L << 30);
    long length = ReferenceBackend.MAX_LENGTH;
    assertThatThrownBy(
            () ->
                backend.plan(
                    new ConvolutionGeometry(ConvolutionMode.CAUSAL, 1, 1, length, length),
                    DType.FLOAT32))
        .isInstanceOf(HostMemoryException.class)
        .hasMessageContaining(String.valueOf(length))
        .hasMessageContaining("-Xmx");
    assertThatThrownBy(
            () ->
                backend.plan(
                    new ConvolutionGeometry(ConvolutionMode.CAUSAL, 1, 1, length + 1, length + 1),
                    DType.FLOAT32))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(String.valueOf(length + 1));
  }

  @Test
  void aPlanWithoutRoomForASpectrumIsRefusedBeforeItsTables() {
    long held = HostMemory.heldBytes();
    System.setProperty(HostMemory.PROPERTY, String.valueOf(held + (1 << 20)));
    try {
      ConvolutionGeometry many =
          new ConvolutionGeometry(ConvolutionMode.CAUSAL, 1, 1000, 1 << 20, 1 << 20);
      long start = System.nanoTime();
      assertThatThrownBy(() -> backend.plan(many, DType.FLOAT32))
          .isInstanceOfSatisfying(
              HostMemoryException.class, e -> assertThat(e.bytes()).isGreaterThan(4000L << 20))
          .hasMessageContaining("a spectrum of " + many);
      assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(1);
    } finally {
      System.clearProperty(HostMemory.PROPERTY);
    }
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }

  @Test
  void anExhaustedHeapIsATypedException() {
    assertThatThrownBy(
            () ->
                HeapMemory.guarded(
                    "rows",
                    4711,
                    () -> {
                      throw new OutOfMemoryError("Java heap space");
                    }))
        .isInstanceOfSatisfying(
            HostMemoryException.class, e -> assertThat(e.bytes()).isEqualTo(4711))
        .hasMessageContaining("rows");
  }
}
