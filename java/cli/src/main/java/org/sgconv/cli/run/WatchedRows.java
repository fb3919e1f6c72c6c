package org.sgconv.cli.run;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.sgconv.cli.plot.Envelope;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.signal.SampleSource;
import org.sgconv.tensor.DType;

/**
 * The rows of a file, each of which an envelope sees as it is read.
 *
 * @param signal the file, which stays the caller's
 * @param envelopes one for each row
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
record WatchedRows(SignalSource signal, Envelope[] envelopes) implements SampleSource {

  @Override
  public long length() {
    return signal.form().length();
  }

  @Override
  public DType type() {
    return DType.FLOAT32;
  }

  @Override
  public int rows() {
    return envelopes.length;
  }

  @Override
  public void read(long from, List<MemorySegment> rows) {
    int count = Math.toIntExact(rows.getFirst().byteSize() / Float.BYTES);
    float[][] samples = new float[rows.size()][count];
    signal.read(from, count, samples);
    for (int r = 0; r < samples.length; r++) {
      MemorySegment.copy(samples[r], 0, rows.get(r), ValueLayout.JAVA_FLOAT, 0, count);
      envelopes[r].add(samples[r], count);
    }
  }
}
