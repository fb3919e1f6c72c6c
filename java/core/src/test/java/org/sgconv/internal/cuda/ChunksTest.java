package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sgconv.device.DeviceMemoryException;

/** Parts of a pass, by what they cost. */
class ChunksTest {

  private static final Chunks.Cost HUNDRED_A_ROW = it -> 100 * it.rows();

  private static Chunks within(long bytes, boolean given) {
    return Chunks.within(new WorkspaceLimit(bytes, given), 5, 6, HUNDRED_A_ROW);
  }

  @Test
  void wholeSignalsComeFirst() {
    assertThat(within(3000, true)).isEqualTo(new Chunks(5, 6));
    assertThat(within(2999, true)).isEqualTo(new Chunks(3, 6));
    assertThat(within(600, true)).isEqualTo(new Chunks(1, 6));
    assertThat(within(599, true)).isEqualTo(new Chunks(1, 3));
    assertThat(within(100, true)).isEqualTo(new Chunks(1, 1));
  }

  @Test
  void limitsThatAreGivenHoldForOneRow() {
    assertThatThrownBy(() -> within(99, true))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("one row takes 100 bytes, the limit is 99")
        .hasMessageContaining("-Dsgconv.cuda.workspace");
  }

  /** Long signals need more than the default. */
  @Test
  void oneRowAlwaysFitsTheDefault() {
    assertThat(within(99, false)).isEqualTo(new Chunks(1, 1));
  }
}
