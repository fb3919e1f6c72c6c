// How rows are cut for the one-block CUDA kernels: not at all, or into windows of N samples that
// overlap by the lags of a short kernel (overlap-save).
#pragma once

#include <cstdint>

#include "cuda/block/block.h"
#include "cuda/plan/ranges.h"
#include "cuda/policy/costs.h"
#include "cuda/ring/ring_kernel.h"

namespace sgconv::cuda {

struct Windows {
  int64_t ahead, behind;  // samples that windows have ahead of their new ones and behind them
  int64_t step;           // new ones; 0: a row is not cut
  int64_t period;         // of a circular row, else 0

  // Of a row of so many samples.
  int64_t count(int64_t samples) const { return step == 0 ? 1 : ceil_divide(samples, step); }
};

constexpr Windows kWholeRows{0, 0, 0, 0};

// Of N samples; without new ones if the kernel is too long for that.
inline Windows windows_of(const sgconv_convolution_geometry &geometry, int64_t size) {
  const KernelLags lags = kernel_lags(geometry);
  const auto aligned = [](int64_t samples) {
    return ceil_divide(samples, costs::kWindowAlignment) * costs::kWindowAlignment;
  };
  const int64_t ahead = aligned(lags.ahead - 1);
  const int64_t behind = aligned(lags.behind);
  const int64_t step = size - ahead - behind;
  return {ahead, behind, step > 0 ? step : 0,
          geometry.mode == SGCONV_CIRCULAR ? geometry.length : 0};
}

}  // namespace sgconv::cuda
