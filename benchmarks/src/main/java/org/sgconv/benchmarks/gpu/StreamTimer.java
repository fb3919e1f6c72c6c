package org.sgconv.benchmarks.gpu;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.sgconv.device.Stream;

/**
 * Times work on a stream: samples of many submissions between two waits, so that neither a wait nor
 * the host's time to submit is counted, as long as the device is the slower of the two.
 */
final class StreamTimer {

  private static final double SAMPLE_SECONDS = 0.02;
  private static final int LEAST_SAMPLES = 5;
  private static final int MOST_SAMPLES = 51;
  private static final int MOST_CALLS = 1000;

  private StreamTimer() {}

  /**
   * Times of one call.
   *
   * @param medianMs of the samples
   * @param calls in all samples
   */
  record Times(double medianMs, double leastMs, double mostMs, int calls) {}

  /**
   * Calls twice to warm up and then for about {@code budget}, at least five samples.
   *
   * @param call submits the work; its argument counts the calls
   */
  static Times measure(Stream stream, Duration budget, IntConsumer call) {
    int count = 0;
    sample(stream, call, count, 1);
    double once = sample(stream, call, ++count, 1);
    count++;
    int calls = Math.clamp((long) Math.ceil(SAMPLE_SECONDS / once), 1, MOST_CALLS);
    double[] seconds = new double[MOST_SAMPLES];
    int samples = 0;
    double spent = 0;
    while (samples < LEAST_SAMPLES || (samples < MOST_SAMPLES && spent < budget.toNanos() * 1e-9)) {
      double taken = sample(stream, call, count, calls);
      count += calls;
      spent += taken;
      seconds[samples++] = taken / calls;
    }
    Arrays.sort(seconds, 0, samples);
    return new Times(
        1e3 * (seconds[(samples - 1) / 2] + seconds[samples / 2]) / 2,
        1e3 * seconds[0],
        1e3 * seconds[samples - 1],
        samples * calls);
  }

  private static double sample(Stream stream, IntConsumer call, int first, int calls) {
    stream.synchronize();
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      call.accept(first + i);
    }
    stream.synchronize();
    return (System.nanoTime() - start) * 1e-9;
  }
}
