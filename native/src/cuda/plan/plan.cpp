#include "cuda/plan/plan.h"

#include <string>

#include "common/failure.h"
#include "cuda/policy/costs.h"

namespace sgconv::cuda {

std::unique_ptr<const Algorithm> plan_convolution(const sgconv_convolution_geometry &geometry,
                                                  int32_t dtype) {
  const Problem problem{geometry, dtype, 0, current_target()};
  if (problem.channels() > kMostChannels) {
    throw Failure(SGCONV_UNSUPPORTED,
                  "geometry.heads * geometry.hidden = " + std::to_string(problem.channels()) +
                      ", fused convolution takes at most " + std::to_string(kMostChannels));
  }
  const SizeChoice block = block_size_for(problem);
  const SizeChoice whole = block.size > 0 ? block : four_step_size_for(problem);
  const SizeChoice windows = window_size_for(problem);
  if (windows.size > 0 && (whole.size == 0 || windows.cost < costs::kWorth * whole.cost)) {
    return window_convolution(problem, windows.size);
  }
  if (whole.size == 0) {
    throw Failure(SGCONV_UNSUPPORTED,
                  "geometry.length = " + std::to_string(geometry.length) + " with " +
                      std::to_string(geometry.kernel_length) +
                      " lags, fused convolution takes at most " +
                      std::to_string(largest_four_step_size(problem.target)) +
                      " samples on this device, more only with few lags and one head");
  }
  return block.size > 0 ? block_convolution(problem, whole.size)
                        : four_step_convolution(problem, whole.size);
}

}  // namespace sgconv::cuda
