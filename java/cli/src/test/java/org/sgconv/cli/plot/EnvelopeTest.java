package org.sgconv.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EnvelopeTest {

  /** In pieces as in one. */
  @Test
  void piecesMakeTheWhole() {
    SplittableRandom random = new SplittableRandom(6);
    for (int trial = 0; trial < 200; trial++) {
      float[] signal = new float[random.nextInt(1, 300)];
      for (int i = 0; i < signal.length; i++) {
        signal[i] = random.nextInt(-5, 6);
      }
      int columns = random.nextInt(1, 30);
      Envelope envelope = new Envelope(signal.length, columns);
      for (int at = 0; at < signal.length; ) {
        int count = Math.min(signal.length - at, random.nextInt(0, 40));
        envelope.add(Arrays.copyOfRange(signal, at, at + count), count);
        at += count;
      }
      Curve pieces = envelope.curve(0.5);
      Curve whole = Envelope.ofSignal(signal, columns, 0.5);
      assertThat(pieces.x()).isEqualTo(whole.x()).isSorted();
      assertThat(pieces.y()).isEqualTo(whole.y());
      assertThat(Arrays.stream(whole.y()).max()).hasValue(max(signal));
    }
  }

  private static double max(float[] signal) {
    double max = signal[0];
    for (float value : signal) {
      max = Math.max(max, value);
    }
    return max;
  }

  @Test
  void isNotDrawnBeforeAllHasCome() {
    Envelope envelope = new Envelope(10, 100);
    envelope.add(new float[9], 9);
    assertThatThrownBy(() -> envelope.curve(1)).hasMessageContaining("9 of 10");
  }
}
