#include "cuda/plan/plan.h"

#include <string>

#include "common/failure.h"

namespace sgconv::cuda {

std::unique_ptr<const Algorithm> plan_convolution(const sgconv_convolution_geometry &geometry,
                                                  int32_t dtype) {
  const Problem problem{geometry, dtype, 0, current_target()};
  if (problem.channels() > kMostChannels) {
    throw Failure(SGCONV_UNSUPPORTED,
                  "geometry.heads * geometry.hidden = " + std::to_string(problem.channels()) +
                      ", fused convolution takes at most " + std::to_string(kMostChannels));
  }
  if (auto block = block_convolution(problem)) {
    return block;
  }
  if (auto four_step = four_step_convolution(problem)) {
    return four_step;
  }
  throw Failure(SGCONV_UNSUPPORTED, "geometry.length = " + std::to_string(geometry.length) +
                                        ", fused convolution takes at most " +
                                        std::to_string(largest_four_step_size(problem.target)) +
                                        " on this device");
}

}  // namespace sgconv::cuda
