// What a multi-scale kernel is made of (SGConv, section 4), for host and device; pieces.h has the
// formulas.
#pragma once

#include <cstdint>

#include "cuda/device/device.h"
#include "sgconv/geometry.h"

namespace sgconv::cuda {

constexpr int kMaxScales = 57;  // the full length d * 2^(S-1+r) is at most 2^56

struct Pieces {
  int64_t channels, hidden, dim;
  int32_t scales, init_scale;
  int32_t composition, interpolation, decay;
  int64_t full_length;  // M

  // log2 of the interpolation factor of piece i.
  __device__ __forceinline__ int32_t shift(int32_t piece) const {
    const int32_t step = composition == SGCONV_SUM ? piece : (piece > 0 ? piece - 1 : 0);
    return step + init_scale;
  }
  // First lag of piece i.
  __device__ __forceinline__ int64_t start(int32_t piece) const {
    return composition == SGCONV_SUM || piece == 0 ? 0 : dim << (piece - 1 + init_scale);
  }
};

inline Pieces pieces_of(const sgconv_kernel_geometry &g) {
  return {g.channels,
          g.hidden,
          g.dim,
          static_cast<int32_t>(g.scales),
          static_cast<int32_t>(g.init_scale),
          g.composition,
          g.interpolation,
          g.decay,
          g.dim << (g.scales - 1 + g.init_scale)};
}

// Parameters of a kernel.
struct Synthesis {
  Pieces pieces;
  const float *weights, *decay, *norm;  // norm is nullptr while it is being taken
};

}  // namespace sgconv::cuda
