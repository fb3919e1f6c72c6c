// A whole convolution through cuFFT, as a caller of the C functions drives it.
#pragma once

#include <algorithm>
#include <optional>

#include "check.h"
#include "device.h"
#include "emulation/cufft_api.h"
#include "exact_convolution.h"
#include "sgconv/cuda.h"

namespace sgconv::test {

using oracle::Problem;
using oracle::Results;
using oracle::Signals;
using Doubles = oracle::Row;

// Host values of a signal type, and back.
template <class T>
std::vector<T> narrow(const Doubles &values);
template <class T>
Doubles widen(const std::vector<T> &values);

inline void ok(sgconv_status status, const char *what) {
  if (status != SGCONV_OK) {
    std::fprintf(stderr, "%s: status %d: %s\n", what, static_cast<int>(status),
                 sgconv_cuda_last_error());
    std::exit(3);
  }
}

// Rows that a chunk of the work takes at most, in both directions.
struct Chunks {
  int64_t batch, hidden;
};

struct Options {
  int64_t size = 0;  // 0: sgconv_cuda_transform_size
  std::size_t skew = 0;
  Chunks chunks{1 << 20, 1 << 20};
  int64_t signals = 0;  // that the workspace of the fused convolution holds; 0: what is fastest
};

class CufftPlan {
 public:
  CufftPlan(int64_t size, int64_t rows);
  ~CufftPlan();
  CufftPlan(const CufftPlan &) = delete;
  CufftPlan &operator=(const CufftPlan &) = delete;
  void run(float *rows, int direction) const;

 private:
  cufftHandle handle_ = 0;
  std::optional<DeviceArray<float>> area_;
};

// Forward and backward with signals of type `dtype`.
Results convolve_on_device(const Problem &problem, const Signals &signals, int32_t dtype,
                           const Options &options);

}  // namespace sgconv::test
