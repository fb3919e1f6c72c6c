package org.sgconv.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.sgconv.Backends;
import org.sgconv.ConvolutionMode;
import org.sgconv.cli.verify.VerifyCase.Result;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.SignalClass;

class SweepTest {

  @Test
  void meetsEveryModeAndLength() {
    List<VerifyCase> cases = Sweep.cases(1, false);
    Set<String> groups =
        cases.stream()
            .map(each -> each.group().what() + ":" + each.group().length())
            .collect(Collectors.toSet());
    for (String mode : List.of("causal", "bidirectional", "circular", "centered")) {
      for (int length : new int[] {1, 2, 3, 257, 997, 4097, 14113, 65536, 1_000_000}) {
        assertThat(groups).contains(mode + ":" + length);
      }
    }
    assertThat(groups).hasSize(4 * 17 + (SignalClass.values().length - 1) + 8);
    assertThat(Sweep.cases(1, true)).hasSizeLessThan(cases.size());
  }

  /** Quick too, and always with rows that can cancel. */
  @Test
  void meetsEveryClassOfSignalsInEveryMode() {
    for (boolean quick : new boolean[] {true, false}) {
      List<SignalCase> convolutions =
          Sweep.cases(1, quick).stream()
              .filter(SignalCase.class::isInstance)
              .map(SignalCase.class::cast)
              .toList();
      for (SignalClass signals : SignalClass.values()) {
        List<SignalCase> of =
            convolutions.stream().filter(each -> each.signals() == signals).toList();
        assertThat(of.stream().map(SignalCase::mode).distinct()).hasSize(4);
        assertThat(of).anyMatch(each -> each.length() >= 256 && each.batch() > 1);
        assertThat(of).allMatch(each -> !quick || each.length() <= 4097);
      }
    }
  }

  /** In every mode that has them; whatever the sizes, a plain case is met too. */
  @Test
  void drawsKernelLengthsAndRows() {
    for (ConvolutionMode mode : ConvolutionMode.values()) {
      boolean circular = mode == ConvolutionMode.CIRCULAR;
      for (boolean chosen : new boolean[] {true, false}) {
        List<SignalCase> cases =
            (chosen
                    ? Sweep.cases(1, List.of(SignalClass.values()), Sweep.signalLengths())
                    : Sweep.cases(1, true))
                .stream()
                    .filter(each -> each instanceof SignalCase of && of.mode() == mode)
                    .map(SignalCase.class::cast)
                    .toList();
        assertThat(cases).anyMatch(each -> each.kernelLength() < each.length());
        assertThat(cases).anyMatch(each -> each.kernelLength() == each.length());
        assertThat(cases.stream().anyMatch(each -> each.kernelLength() > each.length()))
            .isNotEqualTo(circular);
        assertThat(cases).anyMatch(each -> each.rows() == null);
        assertThat(cases.stream().anyMatch(SweepTest::endsBeforeOthers)).isNotEqualTo(circular);
      }
    }
  }

  private static boolean endsBeforeOthers(SignalCase of) {
    return of.rows() != null && Arrays.stream(of.rows().toArray()).distinct().count() > 1;
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

  /** Two ways to the same sums in float64, and kernels that are rounded to float32. */
  @Test
  void theReferenceAgreesWithItself() {
    boolean rounded = false;
    for (VerifyCase each : Sweep.cases(3, true)) {
      if (Integer.parseInt(each.lengthId()) > 999) {
        continue;
      }
      Map<Result, Deviation> deviations =
          each.measure(Backends.reference(), Backends.reference(), 3);
      assertThat(deviations.values()).as(each.id()).isNotEmpty().allMatch(Deviation::isAccepted);
      rounded |= deviations.values().stream().anyMatch(deviation -> deviation.relative() > 0);
    }
    assertThat(rounded).as("something is rounded, so that there is something to compare").isTrue();
  }
}
