package org.sgconv.example;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sgconv.Backends;
import org.sgconv.signal.Convolver;
import org.sgconv.signal.Correlator;
import org.sgconv.signal.Extent;
import org.sgconv.signal.Mean;
import org.sgconv.signal.NormalizedCorrelator;
import org.sgconv.signal.Peak;
import org.sgconv.signal.ProgressListener;
import org.sgconv.tensor.Tensor;

/** What whoever has a signal and an impulse response writes first; each is tested. */
final class SignalPrograms {

  private SignalPrograms() {}

  /** A recording in a room. */
  static float[] reverb(float[] recording, float[] impulseResponse) {
    return Convolver.convolve(recording, impulseResponse, Extent.FULL);
  }

  /** A symmetric FIR filter that does not shift its signal, in float64. */
  static double[] filter(double[] signal, double[] taps) {
    return Convolver.convolve(signal, taps, Extent.SAME);
  }

  /** One response, many recordings of any length. */
  static List<float[]> room(List<float[]> recordings, float[] impulseResponse) {
    try (Convolver room = Convolver.of(Backends.cpu(), impulseResponse)) {
      List<float[]> results = new ArrayList<>();
      for (float[] recording : recordings) {
        results.add(room.apply(recording, Extent.SAME));
      }
      return results;
    }
  }

  /** The places where a signal looks most like a template, the best first. */
  static List<Peak> find(float[] signal, float[] template) {
    return Peak.highest(Correlator.normalized(signal, template), 0, 3, template.length);
  }

  /** By how many samples the second comes later than the first. */
  static long delay(double[] first, double[] second) {
    double[] correlation = Correlator.correlate(second, first, Extent.FULL);
    long lag = Correlator.firstLag(Extent.FULL, second.length, first.length);
    return Peak.highest(correlation, lag, 1, 1).getFirst().lag();
  }

  /** Templates (R,K) against channels (H,n): scores (H,R,n − K + 1). */
  static Tensor detect(Tensor templates, Tensor channels) {
    try (var detector = NormalizedCorrelator.of(Backends.cpu(), templates, Mean.REMOVED)) {
      return detector.apply(channels);
    }
  }

  /** A file of float32 samples that need not fit in memory. */
  static void longRecording(Path recording, float[] impulseResponse, Path result) {
    try (Convolver room = Convolver.of(Backends.cpu(), impulseResponse)) {
      room.apply(recording, result, Extent.FULL, ProgressListener.NONE);
    }
  }
}
