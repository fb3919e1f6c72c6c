package org.sgconv.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** What the curves of a plot show, on signals whose spectra are known. */
class SpectraTest {

  private static double frequencyOfHighest(Curve curve) {
    int highest = 0;
    for (int i = 0; i < curve.y().length; i++) {
      highest = curve.y()[i] > curve.y()[highest] ? i : highest;
    }
    return curve.x()[highest];
  }

  @Test
  void aToneStandsAtItsFrequency() {
    float[] tone = new float[100_000];
    for (int i = 0; i < tone.length; i++) {
      tone[i] = (float) Math.sin(2 * Math.PI * 1000 * i / 48_000.0);
    }
    Curve spectrum = PowerSpectrum.ofSignal(tone).inBands(48_000);
    assertThat(frequencyOfHighest(spectrum)).isBetween(1000 / 1.06, 1000 * 1.06);
    assertThat(spectrum.x()[spectrum.x().length - 1]).isBetween(20_000.0, 24_000.0);
  }

  @Test
  void anImpulseHasAFlatResponse() {
    float[] impulse = new float[3000];
    impulse[5] = 2;
    for (double level : PowerSpectrum.ofResponse(impulse).inBands(1).y()) {
      assertThat(level).isCloseTo(20 * Math.log10(2), within(1e-9));
    }
  }

  @Test
  void envelopesKeepEveryPeak() {
    float[] signal = new float[1_000_000];
    signal[123_456] = 5;
    signal[654_321] = -7;
    Curve envelope = Envelope.ofSignal(signal, 500, 0.001);
    assertThat(envelope.y()).hasSize(1000).contains(5.0, -7.0);
    assertThat(envelope.x()).contains(123.456, 654.321).isSorted();
  }

  @Test
  void shortSignalsAreShownAsTheyAre() {
    Curve envelope = Envelope.ofSignal(new float[] {1, -1, 2}, 500, 0.5);
    assertThat(envelope.x()).containsExactly(0, 0.5, 1);
    assertThat(envelope.y()).containsExactly(1, -1, 2);
  }

  @Test
  void bandsGrowWithTheirPosition() {
    Curve levels = OctaveBands.levels(i -> 100, 1000, 1, 1);
    assertThat(levels.y()).containsOnly(20.0).hasSizeBetween(9, 11);
    assertThat(levels.x()).isSorted();
    assertThat(OctaveBands.levels(i -> 0, 10, 1, 1).y()).containsOnly(-200.0);
  }
}
