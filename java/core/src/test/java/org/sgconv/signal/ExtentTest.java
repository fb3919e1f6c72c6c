package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.InvalidArgumentException;

class ExtentTest {

  @ParameterizedTest
  @EnumSource
  void nothingHasNoExtent(Extent extent) {
    assertThatThrownBy(() -> extent.length(0, 5))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("a signal of 0 and a kernel of 5 samples");
    assertThatThrownBy(() -> extent.first(5, -1)).isInstanceOf(InvalidArgumentException.class);
    assertThatThrownBy(() -> Correlator.firstLag(extent, 0, 0))
        .isInstanceOf(InvalidArgumentException.class);
  }
}
