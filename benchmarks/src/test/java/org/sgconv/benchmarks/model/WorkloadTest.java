package org.sgconv.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.InvalidArgumentException;

final class WorkloadTest {

  @Test
  void kernelsAreAsLongAsSignalsUnlessTheyAreGiven() {
    assertThat(Workload.parse("8,256,1024")).isEqualTo(new Workload(8, 256, 1024, 1024));
    assertThat(Workload.parse(" 1, 2,300 ,40")).isEqualTo(new Workload(1, 2, 300, 40));
  }

  @ParameterizedTest
  @ValueSource(strings = {"8,256,1024", "1,2,300,40", "1,1,10,11"})
  void isWrittenAsItIsRead(String text) {
    assertThat(Workload.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1,2", "1,2,3,4,5", "1,2,3,", "1,2,3,0", "1,2,x,4"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Workload.parse(text))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(text);
  }
}
