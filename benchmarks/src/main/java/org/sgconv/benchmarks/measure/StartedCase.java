package org.sgconv.benchmarks.measure;

import java.io.IOException;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Measurement;

/** A case that contenders have their turns in. */
public interface StartedCase extends AutoCloseable {

  /**
   * One turn.
   *
   * @throws ContenderFailedException if it could not be set up, was wrong, or crashed
   */
  Measurement measure(Contender contender) throws IOException;

  @Override
  void close();
}
