package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.common.sgconv_linear_geometry;

/**
 * {@code sgconv_linear_geometry}: a linear map over channels, and what meets it.
 *
 * @param batch B ≥ 1
 * @param inputs N ≥ 1: x (B, N, L)
 * @param outputs P ≥ 1: y (B, P, L)
 * @param length L ≥ 1
 * @param gelu whether the map is of gelu(x)
 * @param glu whether a gated linear unit follows: weights are (M, N) with M = 2P, else M = P
 * @param dropout of the elements (B, N, L) that are mapped
 * @param tied of rows (B, P) of y
 */
public record LinearShape(
    long batch,
    long inputs,
    long outputs,
    long length,
    boolean gelu,
    boolean glu,
    DropoutRule dropout,
    DropoutRule tied) {

  /** Checks every range. */
  public LinearShape {
    Sizes.requirePositive("batch", batch);
    Sizes.requirePositive("inputs", inputs);
    Sizes.requirePositive("outputs", outputs);
    Sizes.requirePositive("length", length);
  }

  private long factor() {
    return glu ? 2 : 1;
  }

  /** Bytes of x (B, N, L). */
  long inputBytes(CpuElement element) {
    return Sizes.bytes("x", element.bytes(), 1, batch, inputs, length);
  }

  /** Bytes of y (B, P, L). */
  long outputBytes(CpuElement element) {
    return Sizes.bytes("y", element.bytes(), 1, batch, outputs, length);
  }

  /** Bytes of z (B, M, L). */
  long mappedBytes(CpuElement element) {
    return Sizes.bytes("z", element.bytes(), factor(), batch, outputs, length);
  }

  /** Bytes of the weights (M, N). */
  long weightBytes(CpuElement element) {
    return Sizes.bytes("weight", element.bytes(), 1, factor(), outputs, inputs);
  }

  /** Bytes of the bias (M). */
  long biasBytes(CpuElement element) {
    return Sizes.bytes("bias", element.bytes(), 1, 1, factor(), outputs);
  }

  MemorySegment write(MemorySegment struct) {
    sgconv_linear_geometry.batch(struct, batch);
    sgconv_linear_geometry.inputs(struct, inputs);
    sgconv_linear_geometry.outputs(struct, outputs);
    sgconv_linear_geometry.length(struct, length);
    sgconv_linear_geometry.gelu(struct, gelu ? 1 : 0);
    sgconv_linear_geometry.glu(struct, glu ? 1 : 0);
    dropout.write(sgconv_linear_geometry.dropout(struct));
    tied.write(sgconv_linear_geometry.tied(struct));
    return struct;
  }
}
