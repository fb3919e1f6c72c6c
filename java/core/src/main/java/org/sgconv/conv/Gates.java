package org.sgconv.conv;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Factors around a convolution, {@code y = post ⊙ conv(pre ⊙ u)} (as in H3 and Hyena). The skip, if
 * any, is inside the convolution. The tensors stay the caller's.
 *
 * @param pre (B,H,L), or null for none
 * @param post (B,H,L), shared by the heads, or null for none
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public record Gates(@Nullable Tensor pre, @Nullable Tensor post) {

  private static final Gates NONE = new Gates(null, null);

  /** No gates. */
  public static Gates none() {
    return NONE;
  }
}
