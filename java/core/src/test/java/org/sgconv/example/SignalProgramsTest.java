package org.sgconv.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.signal.Peak;
import org.sgconv.tensor.Tensor;

@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class SignalProgramsTest {

  private final Random random = new Random(7);

  private float[] noise(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The kernel is an echo: what comes out is the signal and its delayed half. */
  @Test
  void reverb() {
    float[] echo = new float[2000];
    echo[0] = 1;
    echo[1999] = 0.5f;
    float[] signal = noise(50_000);
    float[] wet = SignalPrograms.reverb(signal, echo);
    assertThat(wet).hasSize(51_999);
    for (int t = 0; t < wet.length; t++) {
      float dry = t < signal.length ? signal[t] : 0;
      float late = t >= 1999 ? signal[t - 1999] : 0;
      assertThat(Math.abs(wet[t] - dry - 0.5f * late)).isLessThan(1e-4f);
    }
    float[] same = SignalPrograms.room(List.of(signal, noise(3)), echo).get(0);
    assertThat(same).hasSameSizeAs(signal);
    for (int t = 0; t < same.length; t++) {
      assertThat(Math.abs(same[t] - wet[999 + t])).isLessThan(1e-4f);
    }
  }

  @Test
  void filter() {
    assertThat(SignalPrograms.filter(new double[] {0, 0, 4, 0, 0}, new double[] {0.25, 0.5, 0.25}))
        .containsExactly(0, 1, 2, 1, 0);
  }

  @Test
  void findAndDelay() {
    float[] signal = noise(20_000);
    float[] template = Arrays.copyOfRange(signal, 7000, 7300);
    Peak best = SignalPrograms.find(signal, template).getFirst();
    assertThat(best.lag()).isEqualTo(7000);
    assertThat(best.value()).isGreaterThan(0.999999);
    double[] first = {0, 1, 5, -2, 0, 0, 0};
    double[] second = {0, 0, 0, 0, 1, 5, -2};
    assertThat(SignalPrograms.delay(first, second)).isEqualTo(3);
    assertThat(SignalPrograms.delay(second, first)).isEqualTo(-3);
  }

  @Test
  void detect() {
    float[] signal = noise(6000);
    float[] templates = Arrays.copyOfRange(signal, 100, 300);
    try (Tensor two = Tensor.of(templates, 2, 100);
        Tensor channels = Tensor.of(signal, 3, 2000);
        Tensor scores = SignalPrograms.detect(two, channels)) {
      assertThat(scores.shape().matches(3, 2, 1901)).isTrue();
      assertThat(scores.get(0, 0, 100)).isGreaterThan(0.999999);
      assertThat(scores.get(0, 1, 200)).isGreaterThan(0.999999);
      assertThat(Math.abs(scores.get(1, 0, 100))).isLessThan(0.6);
    }
  }

  @Test
  void longRecording(@TempDir Path folder) throws Exception {
    Path recording = folder.resolve("recording.f32");
    Path result = folder.resolve("result.f32");
    float[] signal = noise(3000);
    Files.write(recording, MemorySegment.ofArray(signal).toArray(ValueLayout.JAVA_BYTE));
    SignalPrograms.longRecording(recording, new float[] {0, 1}, result);
    float[] values =
        MemorySegment.ofArray(Files.readAllBytes(result)).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    assertThat(values).hasSize(3001);
    assertThat(Arrays.copyOfRange(values, 1, 3001)).containsExactly(signal);
  }
}
