// A multi-scale kernel, value by value. Factors are powers of two, so positions and interpolation
// weights are exact.
#pragma once

#include "cuda/synthesis/synthesis.h"

namespace sgconv::cuda {

// multiplier^exponent, correctly rounded but for the last bit.
__device__ __forceinline__ double power(float multiplier, int32_t exponent) {
  double result = 1.0;
  double base = static_cast<double>(multiplier);
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) {
      result *= base;
    }
    base *= base;
  }
  return result;
}

// Weight of piece i before normalization: m_h^(S-1-i), or 1 under the power law.
__device__ __forceinline__ double piece_weight(const Pieces &pieces, float decay, int32_t piece) {
  return pieces.decay == SGCONV_GEOMETRIC ? power(decay, pieces.scales - 1 - piece) : 1.0;
}

// (t+1)^(-delta)
__device__ __forceinline__ float power_law(float delta, int64_t t) {
  return powf(static_cast<float>(t + 1), -delta);
}

// Samples w[0..d) interpolated to d * 2^shift, at position j.
__device__ __forceinline__ float interpolate(const Pieces &pieces, const float *w, int32_t shift,
                                             int64_t j) {
  const int64_t cell = j >> shift;
  if (shift == 0 || pieces.interpolation == SGCONV_NEAREST) {
    return w[cell];
  }
  const int64_t factor = int64_t{1} << shift;
  const int64_t twice = 2 * (j & (factor - 1)) + 1;  // 2 * offset in the cell, half-pixel center
  const bool left = twice < factor;
  const int64_t low = left ? cell - 1 : cell;
  const float fraction = static_cast<float>(left ? twice + factor : twice - factor) *
                         (0.5f / static_cast<float>(factor));
  const float first = w[low < 0 ? 0 : low];
  const float second = w[low + 1 < pieces.dim ? low + 1 : pieces.dim - 1];
  return fmaf(fraction, second - first, first);
}

__device__ __forceinline__ int32_t log2_floor(int64_t value) {
  return 63 - __clzll(static_cast<long long>(value));
}

// Piece of a concatenated kernel that lag t lies in.
__device__ __forceinline__ int32_t piece_at(const Pieces &pieces, int64_t t) {
  const int64_t first = pieces.dim << pieces.init_scale;
  if (t < first) {
    return 0;
  }
  const int32_t estimate = log2_floor(t) - log2_floor(first);
  return (first << estimate) <= t ? estimate + 1 : estimate;
}

// Kernel value at lag t < M before the power law, in float64: the values near lag 0 exceed the rms
// of a long kernel a hundredfold, and there every rounding shows. `weights` is the row of piece 0,
// rows of further pieces follow at a distance of C' * H * d; `factors` holds one factor a piece.
__device__ __forceinline__ double synthesize(const Pieces &pieces, const float *weights,
                                             const double *factors, int64_t t) {
  const int64_t stride = pieces.channels * pieces.hidden * pieces.dim;
  if (pieces.composition == SGCONV_CONCATENATE) {
    const int32_t piece = piece_at(pieces, t);
    return factors[piece] *
           static_cast<double>(interpolate(pieces, weights + piece * stride, pieces.shift(piece),
                                           t - pieces.start(piece)));
  }
  double sum = 0.0;
  for (int32_t piece = 0; piece < pieces.scales; ++piece) {
    const int32_t shift = pieces.shift(piece);
    if (t >> shift < pieces.dim) {
      sum += factors[piece] *
             static_cast<double>(interpolate(pieces, weights + piece * stride, shift, t));
    }
  }
  return sum;
}

// factors[i] = weight of piece i of a row (c', h), divided by Z if there is one. Made by `count`
// threads, this one being number `thread`; followed by a barrier of the caller.
__device__ __forceinline__ void fill_factors(const Synthesis &s, int64_t row, double *factors,
                                             unsigned thread, unsigned count) {
  const double z = s.norm == nullptr ? 1.0 : static_cast<double>(s.norm[row]);
  for (unsigned piece = thread; piece < static_cast<unsigned>(s.pieces.scales); piece += count) {
    factors[piece] =
        piece_weight(s.pieces, s.decay[row % s.pieces.hidden], static_cast<int32_t>(piece)) / z;
  }
}

// Of a row at lag t < M.
__device__ __forceinline__ double value_at(const Synthesis &s, int64_t row, const double *factors,
                                           int64_t t) {
  const double value = synthesize(s.pieces, s.weights + row * s.pieces.dim, factors, t);
  return s.pieces.decay == SGCONV_POWER
             ? value * static_cast<double>(power_law(s.decay[row % s.pieces.hidden], t))
             : value;
}

// Of a row at any lag, as a kernel in memory has it.
__device__ __forceinline__ float kernel_at(const Synthesis &s, int64_t row, const double *factors,
                                           int64_t t) {
  return t < s.pieces.full_length ? static_cast<float>(value_at(s, row, factors, t)) : 0.0f;
}

}  // namespace sgconv::cuda
