package org.sgconv.benchmarks.device;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.device.Event;
import org.sgconv.device.Stream;

/**
 * Times work on a stream: samples of many submissions between two events, so that neither a wait
 * nor the host's time to submit is counted, as long as the device is the slower of the two.
 */
final class StreamTimer {

  private static final double SAMPLE_MS = 20;
  private static final int LEAST_SAMPLES = 5;
  private static final int MOST_SAMPLES = 51;
  private static final int MOST_CALLS = 1000;

  private final Stream stream;
  private final IntConsumer call;
  private final Event begin;
  private final Event end;
  private int count;

  private StreamTimer(Stream stream, IntConsumer call, Event begin, Event end) {
    this.stream = stream;
    this.call = call;
    this.begin = begin;
    this.end = end;
  }

  /**
   * Calls twice to warm up and then for about {@code budget}, at least five samples.
   *
   * @param call submits the work; its argument counts the calls
   */
  static Times measure(Stream stream, Duration budget, IntConsumer call) {
    try (Event begin = stream.device().createEvent();
        Event end = stream.device().createEvent()) {
      return new StreamTimer(stream, call, begin, end).run(1e-6 * budget.toNanos());
    }
  }

  private Times run(double budgetMs) {
    sample(1);
    double once = sample(1);
    int calls = Math.clamp((long) Math.ceil(SAMPLE_MS / once), 1, MOST_CALLS);
    List<Double> samples = new ArrayList<>();
    double spent = 0;
    while (samples.size() < LEAST_SAMPLES || (samples.size() < MOST_SAMPLES && spent < budgetMs)) {
      double taken = sample(calls);
      spent += taken;
      samples.add(taken / calls);
    }
    return new Times(samples, (long) samples.size() * calls);
  }

  /** Milliseconds of this many calls. */
  private double sample(int calls) {
    begin.record(stream);
    for (int i = 0; i < calls; i++) {
      call.accept(count++);
    }
    end.record(stream);
    return end.millisecondsSince(begin);
  }
}
