// A whole convolution by a plan.
#pragma once

#include "operands.h"

namespace sgconv::test {

struct Options {
  std::size_t skew = 0;
  // Of the workspace between the least that a call needs, 0, and the most that it can use, 1.
  double workspace = 1.0;
};

// A plan that is destroyed at the end of its scope.
class Plan {
 public:
  Plan(const Problem &problem, int32_t dtype);
  ~Plan();
  Plan(const Plan &) = delete;
  Plan &operator=(const Plan &) = delete;

  const sgconv_cuda_plan *get() const { return plan_; }
  int64_t size() const;
  int64_t spectrum_bytes() const;
  // Bytes of workspace, `share` of the way from the least to the most.
  int64_t workspace_bytes(int64_t batch, int32_t gradients, double share) const;

 private:
  sgconv_cuda_plan *plan_ = nullptr;
};

// Forward and backward with signals of type `dtype`.
Results convolve_by_plan(const Problem &problem, const Signals &signals, int32_t dtype,
                         const Options &options = {});

}  // namespace sgconv::test
