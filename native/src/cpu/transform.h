// The transform in the ring x^N = i, as plain data that every instruction set's code reads. Real:
// float or double.
//
// A node of size m is a polynomial modulo x^m = e(theta), e(t) = exp(2 pi i t); the root has theta
// = 1/4. A step of radix R splits it into children of size m/R with theta_k = (theta + k) / R, all
// at once for a level. Blocks of size W (the vector width) are finished by the leaf, which
// transposes W of them at a time so that lanes are blocks. The spectrum keeps the order in which
// this leaves it.
//
// Complex arrays are split by vectors: W real parts, then W imaginary parts.
#ifndef SGCONV_CPU_TRANSFORM_H
#define SGCONV_CPU_TRANSFORM_H

#include <cstdint>

namespace sgconv {

template <class Real>
struct Step {
  std::int64_t radix;
  std::int64_t child;          // complex elements of a child
  std::int64_t nodes;          // nodes that this step splits
  const Real *forward;         // per node: forward_twiddles(radix) complex numbers
  const Real *inverse;         // per node: e(n theta / radix), n = 1 .. radix - 1
  std::int64_t forward_reals;  // per node
  std::int64_t inverse_reals;
};

constexpr int kMostSteps = 40;

template <class Real>
struct Transform {
  std::int64_t length;       // L, samples of a row
  std::int64_t size;         // N >= L
  std::int64_t tiles;        // groups of W blocks
  std::int64_t root_stride;  // numbers from one child of the root to the next
  std::int64_t work_reals;   // one row in work
  std::int64_t spectrum_reals;
  bool fused;     // the last step, of radix W, is done together with the leaf
  bool factored;  // fused, and the leaf's twiddles are products of a tile's and of a lane's
  int step_count;
  Step<Real> steps[kMostSteps];
  // Vectors of complex numbers. Per tile: forward_twiddles(W) and W - 1. Factored, for all tiles:
  // forward_twiddles(W) each, for theta = rev(lane) / W and theta = lane / W.
  const Real *leaf_forward, *leaf_inverse;
  // Factored, complex numbers per tile: e(theta / (W 2^(d+1))) for each level d of the leaf, and
  // e(n theta / W^2), n = 1 .. W - 1.
  const Real *tile_forward, *tile_inverse;
};

// Distinct twiddles of one forward step; the others follow from them by a factor of i.
constexpr std::int64_t forward_twiddles(std::int64_t radix) {
  return radix == 3 || radix == 5 ? radix - 1 : radix / 2;
}

}  // namespace sgconv

#endif
