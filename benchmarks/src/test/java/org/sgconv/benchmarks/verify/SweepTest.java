package org.sgconv.benchmarks.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sgconv.Backends;
import org.sgconv.benchmarks.check.Deviation;
import org.sgconv.benchmarks.check.Tolerance;
import org.sgconv.benchmarks.verify.VerifyCase.Result;

class SweepTest {

  @Test
  void meetsEveryModeAndLength() {
    List<VerifyCase> cases = Sweep.cases(1, false);
    Set<String> groups =
        cases.stream()
            .map(each -> each.group().what() + ":" + each.group().length())
            .collect(Collectors.toSet());
    for (String mode : List.of("causal", "bidirectional", "circular")) {
      for (int length : new int[] {1, 2, 3, 257, 997, 4097, 14113, 65536, 1_000_000}) {
        assertThat(groups).contains(mode + ":" + length);
      }
    }
    assertThat(groups).hasSize(3 * 17 + 8);
    assertThat(Sweep.cases(1, true)).hasSizeLessThan(cases.size());
  }

  @Test
  void sameSeedSameCases() {
    assertThat(Sweep.cases(5, false)).isEqualTo(Sweep.cases(5, false));
    assertThat(Sweep.cases(5, false)).isNotEqualTo(Sweep.cases(6, false));
  }

  @Test
  void everyIdIsParsedBack() {
    for (VerifyCase each : Sweep.cases(9, false)) {
      assertThat(VerifyCase.parse(each.id())).isEqualTo(each);
    }
  }

  /** Both sides take the same operands: only the rounding of results to float32 is between them. */
  @Test
  void theReferenceAgreesWithItself() {
    for (VerifyCase each : Sweep.cases(3, true)) {
      if (each.group().length().length() > 3) {
        continue;
      }
      Map<Result, Deviation> deviations =
          each.measure(Backends.reference(), Backends.reference(), 3);
      assertThat(deviations.values())
          .as(each.id())
          .isNotEmpty()
          .anyMatch(deviation -> deviation.relativeL2() > 0)
          .allMatch(Tolerance.FLOAT32::accepts);
    }
  }
}
