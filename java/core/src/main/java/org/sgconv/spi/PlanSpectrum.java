package org.sgconv.spi;

/** A prepared kernel in a plan's own order. */
public interface PlanSpectrum extends AutoCloseable {

  /** Size in bytes. */
  long byteSize();

  @Override
  void close();
}
