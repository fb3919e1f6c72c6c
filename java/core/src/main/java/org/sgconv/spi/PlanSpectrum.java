package org.sgconv.spi;

/**
 * A prepared kernel in a plan's own order.
 *
 * @since 0.1.0
 */
public interface PlanSpectrum extends AutoCloseable {

  @Override
  void close();
}
