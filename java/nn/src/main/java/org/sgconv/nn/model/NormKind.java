package org.sgconv.nn.model;

/**
 * Norms of a sequence model.
 *
 * @since 0.1.0
 */
public enum NormKind {
  /** {@link org.sgconv.nn.layer.BatchNorm}. */
  BATCH,
  /**
   * {@link org.sgconv.nn.layer.LayerNorm}, or with transposed layers {@link
   * org.sgconv.nn.layer.ScalarNorm}.
   */
  LAYER
}
