#include "cuda/policy/policy.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "cuda/device/launch.h"

namespace sgconv::cuda {
namespace {

constexpr int64_t kMaxGridY = 65535;

int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check_device_call(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
  return value;
}

// Twice what a multiprocessor holds; from Hopper on twice as many in the queue again, because its
// memory takes longer to answer.
int64_t stream_blocks(int architecture) { return architecture < 90 ? 16 : 32; }

Target read_target(int device) {
  const int architecture = 10 * attribute(cudaDevAttrComputeCapabilityMajor, device) +
                           attribute(cudaDevAttrComputeCapabilityMinor, device);
  return {device,
          architecture,
          stream_blocks(architecture),
          attribute(cudaDevAttrMultiProcessorCount, device),
          std::min(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
                   shapes::most_of_block(architecture)),
          attribute(cudaDevAttrL2CacheSize, device)};
}

}  // namespace

int current_device() {
  int device = 0;
  check_device_call(cudaGetDevice(&device), "cudaGetDevice");
  return device;
}

Target current_target() {
  // Never destroyed: other threads may still launch while the process ends.
  static auto *const lock = new std::mutex();
  static auto *const targets = new std::map<int, Target>();
  const int device = current_device();
  const std::lock_guard guard(*lock);
  const auto known = targets->find(device);
  return known != targets->end() ? known->second
                                 : targets->emplace(device, read_target(device)).first->second;
}

int64_t block_policy::slice_width(int64_t batch, int64_t channels, int64_t most, int64_t places) {
  const int64_t least = ceil_divide(batch, kMostOfSlice);
  if (least >= most) {
    return std::min(batch, kMostOfSlice);
  }
  // Of all that make as many waves, the most slices are the narrowest. Beyond some dozens of waves
  // none is better by more than a few hundredths.
  constexpr int64_t kCandidates = 64;
  const int64_t fewest = ceil_divide(channels * least, places);
  int64_t best = 0, shortest = INT64_MAX;
  for (int64_t waves = fewest; waves < fewest + kCandidates; ++waves) {
    const int64_t slices = std::clamp(waves * places / channels, least, most);
    const int64_t width = ceil_divide(batch, slices);
    const int64_t time =
        ceil_divide(channels * ceil_divide(batch, width), places) * (width + kSliceCost);
    if (time < shortest) {
      shortest = time;
      best = width;
    }
    if (slices == most) {
      break;
    }
  }
  return best;
}

RowGrid row_grid(const Target &target, int64_t rows, int64_t columns) {
  int64_t across = kWarp;
  while (across < kMaxThreads && across < columns) {
    across *= 2;
  }
  const int64_t down = kMaxThreads / across;
  const int64_t most = target.multiprocessors * target.stream_blocks;
  const int64_t x = std::min(ceil_divide(columns, across), most);
  const int64_t y = std::min({ceil_divide(rows, down), std::max<int64_t>(most / x, 1), kMaxGridY});
  return {dim3(static_cast<unsigned>(x), static_cast<unsigned>(y)),
          dim3(static_cast<unsigned>(across), static_cast<unsigned>(down))};
}

RowGrid block_row_grid(const Target &target, int64_t rows, int64_t columns) {
  const int64_t most = target.multiprocessors * target.stream_blocks;
  const int64_t x = std::min(ceil_divide(columns, kMaxThreads), most);
  const int64_t y = std::min({rows, std::max<int64_t>(most / x, 1), kMaxGridY});
  return {dim3(static_cast<unsigned>(x), static_cast<unsigned>(y)),
          dim3(static_cast<unsigned>(kMaxThreads))};
}

RowGrid reduction_grid(const Target &target, int64_t rows) {
  const int64_t most = target.multiprocessors * kReductionBlocks;
  return {dim3(static_cast<unsigned>(std::min(rows, most))),
          dim3(static_cast<unsigned>(kMaxThreads))};
}

}  // namespace sgconv::cuda
