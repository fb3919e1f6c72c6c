package org.sgconv.conv;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Factors around a convolution, {@code y = post ⊙ conv(pre ⊙ u)} (as in H3 and Hyena). The skip, if
 * any, is inside the convolution. The tensors stay the caller's.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Gates {

  private static final Gates NONE = new Gates(null, null);

  private final @Nullable Tensor pre;
  private final @Nullable Tensor post;

  private Gates(@Nullable Tensor pre, @Nullable Tensor post) {
    this.pre = pre;
    this.post = post;
  }

  /** No gates. */
  public static Gates none() {
    return NONE;
  }

  /**
   * A gate before the convolution alone.
   *
   * @param pre (B,H,L)
   */
  public static Gates pre(Tensor pre) {
    return new Gates(Objects.requireNonNull(pre, "pre"), null);
  }

  /**
   * A gate after the convolution alone.
   *
   * @param post (B,H,L), shared by the heads
   */
  public static Gates post(Tensor post) {
    return new Gates(null, Objects.requireNonNull(post, "post"));
  }

  /**
   * Gates on both sides of the convolution.
   *
   * @param pre (B,H,L)
   * @param post (B,H,L), shared by the heads
   */
  public static Gates of(Tensor pre, Tensor post) {
    return new Gates(Objects.requireNonNull(pre, "pre"), Objects.requireNonNull(post, "post"));
  }

  /** The gate before the convolution, if there is one. */
  public Optional<Tensor> pre() {
    return Optional.ofNullable(pre);
  }

  /** The gate after the convolution, if there is one. */
  public Optional<Tensor> post() {
    return Optional.ofNullable(post);
  }

  @Nullable Tensor preOrNull() {
    return pre;
  }

  @Nullable Tensor postOrNull() {
    return post;
  }

  boolean sameAs(Gates other) {
    return pre == other.pre && post == other.post;
  }

  @Override
  public String toString() {
    return "Gates[pre=" + pre + ", post=" + post + "]";
  }
}
