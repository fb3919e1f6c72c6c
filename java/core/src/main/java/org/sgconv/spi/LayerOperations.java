package org.sgconv.spi;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * What layers and models compute beside convolutions, on signals (B,H,L): B batch, H channels, L
 * positions. All tensors of a call have one type, that of the parameters, and are where the backend
 * computes; callers have checked shapes and types. Outputs are overwritten and share no memory with
 * another tensor of the call, but for {@link LinearOperands#y}, {@link #add} and the backward
 * passes that say so. Every result is deterministic: the same inputs give the same bits, whatever
 * the number of threads.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public interface LayerOperations {

  /**
   * {@code y = dropout ⊙ gelu(x)}, the exact GELU {@code x·(1 + erf(x/√2))/2}; any equal shapes.
   */
  void gelu(Tensor x, Dropout dropout, Tensor y);

  /** dx of {@link #gelu}. */
  void geluBackward(Tensor x, Dropout dropout, Tensor dy, Tensor dx);

  /**
   * {@code sum = x + tied ⊙ branch}, all (B,H,L); dropout of rows (B,H). {@code sum} may be x or
   * branch.
   */
  void add(Tensor x, Tensor branch, Dropout tied, Tensor sum);

  /** {@code y = tied ⊙ x}, both (B,H,L); y may be x. What a backward pass does with a branch. */
  void dropRows(Tensor x, Dropout tied, Tensor y);

  /** A linear map over channels: see {@link LinearOperands}. */
  void linear(LinearOperands operands);

  /** The backward pass of {@link #linear}. */
  void linearBackward(LinearGradientOperands operands);

  /** Norms of signals. */
  NormOperations norms();

  /**
   * {@code y[b,h,l] = table[tokens[b,l],h]}.
   *
   * @param tokens (B,L) of 64 bits in the host's memory, each from 0 to V − 1
   * @param table (V,H)
   * @param y (B,H,L)
   */
  void embed(MemorySegment tokens, Tensor table, Tensor y);

  /** The gradient of the table (V,H): zero for tokens that do not occur. */
  void embedBackward(MemorySegment tokens, Tensor dy, Tensor dtable);

  /**
   * The mean over positions, {@code y[b,h] = Σ_{l<n_b} x[b,h,l]/n_b}.
   *
   * @param lengths n (B) of 64 bits in the host's memory, each from 1 to L, or null for L
   * @param y (B,H)
   */
  void meanPool(Tensor x, @Nullable MemorySegment lengths, Tensor y);

  /** dx (B,H,L) of {@link #meanPool}: zero beyond the lengths. */
  void meanPoolBackward(Tensor dy, @Nullable MemorySegment lengths, Tensor dx);

  /**
   * The last position, {@code y[b,h] = x[b,h,n_b−1]}.
   *
   * @param lengths n (B) of 64 bits in the host's memory, each from 1 to L, or null for L
   * @param y (B,H)
   */
  void lastPosition(Tensor x, @Nullable MemorySegment lengths, Tensor y);

  /** dx (B,H,L) of {@link #lastPosition}: zero elsewhere. */
  void lastPositionBackward(Tensor dy, @Nullable MemorySegment lengths, Tensor dx);

  /**
   * What a comparison of two vectors looks at: {@code y[i] = (a, b, a − b, a ⊙ b)} with a = x[i]
   * and b = x[n + i].
   *
   * @param x (2n,H)
   * @param y (n,4H)
   */
  void pairFeatures(Tensor x, Tensor y);

  /** dx (2n,H) of {@link #pairFeatures}. */
  void pairFeaturesBackward(Tensor x, Tensor dy, Tensor dx);

  /**
   * Mean softmax cross-entropy of a batch, and its gradient.
   *
   * @param logits (B,K)
   * @param labels (B) of 64 bits in the host's memory, each from 0 to K − 1
   * @param losses (B), overwritten with that of each row
   * @param dlogits (B,K), overwritten with the gradient of the mean, or null if it is not wanted
   */
  void crossEntropy(Tensor logits, MemorySegment labels, Tensor losses, @Nullable Tensor dlogits);

  /** Swaps the last two axes: (B,R,C) to (B,C,R). */
  void transpose(Tensor x, Tensor y);
}
