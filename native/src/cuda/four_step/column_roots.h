// The factors between columns and rows, exp(2 pi i k m / 4N) for column m: constants of the
// program, made in float64, of which each factor is the product of two. (Sines and cosines at run
// time took a fifth of the columns' instructions; a constant for each factor would be as much to
// read as the numbers themselves.)
#pragma once

#include "cuda/device/complex.h"
#include "cuda/transform/exact.h"

namespace sgconv::cuda {

constexpr Complex rounded(const ExactRoot &root) {
  return {static_cast<float>(root.cosine), static_cast<float>(root.sine)};
}

// For so many k, and M columns m = near + kNear * far.
template <int Count, int M>
struct alignas(32) ColumnRoots {
  // Few: a warp's 32 neighbouring columns then read a few sectors of each table, not 256 bytes of
  // one.
  static constexpr int kNear = M > 8 * 512 ? M / 512 : M < 8 ? M : 8;

  Complex near[std::size_t{Count}][std::size_t{kNear}];
  Complex far[std::size_t{Count}][std::size_t{M / kNear}];

  // Factor `k` of a column.
  __device__ __forceinline__ Complex of(int k, int column) const {
    return far[k][column / kNear] * near[k][column % kNear];
  }
};

template <int Count, int M>
constexpr ColumnRoots<Count, M> column_roots(const int64_t (&numerators)[std::size_t{Count}],
                                             int64_t size) {
  using Roots = ColumnRoots<Count, M>;
  Roots roots{};
  for (int k = 0; k < Count; ++k) {
    for (int m = 0; m < Roots::kNear; ++m) {
      roots.near[k][m] = rounded(exact_root(numerators[k] * m, 4 * size));
    }
    for (int m = 0; m < M / Roots::kNear; ++m) {
      roots.far[k][m] = rounded(exact_root(numerators[k] * (m * Roots::kNear), 4 * size));
    }
  }
  return roots;
}

}  // namespace sgconv::cuda
