package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.tensor.DType;

/** Results of libraries that return arrays of float64, row after row in the case's type. */
final class TypedResults {

  private TypedResults() {}

  static MemorySegment of(double[][] rows, BenchmarkCase what) {
    double[] all = new double[Math.toIntExact(what.results())];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r], 0, all, r * what.outputLength(), what.outputLength());
    }
    if (what.type() == DType.FLOAT64) {
      return MemorySegment.ofArray(all);
    }
    float[] narrow = new float[all.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) all[i];
    }
    return MemorySegment.ofArray(narrow);
  }
}
