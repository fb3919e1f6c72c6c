package org.sgconv.nn.model;

/**
 * How a decoder makes one vector of a row's positions.
 *
 * @since 0.1.0
 */
public enum Pooling {
  /** Their mean. */
  MEAN,
  /** The last of them. */
  LAST
}
