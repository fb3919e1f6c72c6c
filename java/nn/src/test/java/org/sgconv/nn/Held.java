package org.sgconv.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/**
 * What is open and held at a moment, to find what a call leaks.
 *
 * @param tensors that own memory
 * @param bytes of the host's memory outside the heap
 */
public record Held(long tensors, long bytes) {

  /** Now. */
  public static Held now() {
    return new Held(Tensor.openCount(), HostMemory.heldBytes());
  }

  /** Fails unless as much is open and held now. */
  public void requireSame(String after) {
    assertThat(now()).as("open and held after %s", after).isEqualTo(this);
  }
}
