// A dropout as callers describe it and as CUDA kernels take it.
#pragma once

#include <cmath>
#include <cstdint>

#include "sgconv/layers.h"

namespace sgconv::cuda {

// Elements whose word is below `below` become 0, others are multiplied by `scale`.
struct Mask {
  uint32_t below;
  float scale;
  uint32_t seed, site;
  uint64_t step;
  int64_t first;  // number of the first element of the call
};

inline Mask mask_of(const sgconv_dropout *dropout, int64_t first) {
  if (dropout == nullptr || !(dropout->probability > 0)) {
    return {0, 1.0f, 0, 0, 0, 0};
  }
  const double p = dropout->probability;
  return {static_cast<uint32_t>(std::floor(std::ldexp(p, 32))),
          static_cast<float>(1.0 / (1.0 - p)),
          dropout->seed,
          dropout->site,
          dropout->step,
          first};
}

}  // namespace sgconv::cuda
