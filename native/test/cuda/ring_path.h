// A whole convolution in one piece by the ring steps and the emulated cuFFT: enough to hold the
// steps against the oracle. How callers cut their work is theirs.
#pragma once

#include "emulation/cufft_api.h"
#include "operands.h"

namespace sgconv::test {

void ok(cufftResult result, const char *what);

// Transforms of so many rows.
class CufftPlan {
 public:
  CufftPlan(int64_t size, int64_t rows);
  ~CufftPlan();
  CufftPlan(const CufftPlan &) = delete;
  CufftPlan &operator=(const CufftPlan &) = delete;
  void set_stream(cudaStream_t stream) const;
  void run(float *rows, int direction) const;

 private:
  cufftHandle handle_ = 0;
  DeviceArray<float> area_;
};

// Forward and backward with signals of type `dtype`. size 0: sgconv_cuda_transform_size.
Results convolve_by_ring_steps(const Problem &problem, const Signals &signals, int32_t dtype,
                               int64_t size = 0, std::size_t skew = 0);

}  // namespace sgconv::test
