package org.sgconv.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sgconv.InvalidArgumentException;

class RowLengthsTest {

  @Test
  void keepsACopyOfItsValues() {
    long[] values = {7, 1L << 40, 1};
    RowLengths lengths = RowLengths.of(values);
    values[0] = 99;
    assertThat(lengths.count()).isEqualTo(3);
    assertThat(lengths.toArray()).containsExactly(7, 1L << 40, 1);
    assertThat(lengths.get(1)).isEqualTo(1L << 40);
    assertThatThrownBy(() -> lengths.get(3)).isInstanceOf(InvalidArgumentException.class);
    assertThat(lengths.segment().isReadOnly()).isTrue();
    assertThat(lengths)
        .hasToString("RowLengths[7, 1099511627776, 1]")
        .isEqualTo(RowLengths.of(7, 1L << 40, 1))
        .hasSameHashCodeAs(RowLengths.of(7, 1L << 40, 1))
        .isNotEqualTo(RowLengths.of(7, 1L << 40))
        .isNotEqualTo(RowLengths.of(7, 1L << 40, 2));
  }

  @Test
  void namesWhatIsNoLength() {
    assertThatThrownBy(RowLengths::of)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("no lengths are given: give one for each row of a batch");
    assertThatThrownBy(() -> RowLengths.of(3, 0))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("lengths[1] is 0: a row has at least 1 sample");
    assertThatThrownBy(() -> RowLengths.of(-5)).hasMessageContaining("lengths[0] is -5");
  }

  @Test
  void aRowThatIsNotThereIsNamed() {
    RowLengths lengths = RowLengths.of(3, 4);
    assertThatThrownBy(() -> lengths.get(2))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("row is 2 of 2 lengths: must be from 0 to 1");
  }
}
