#include "cuda/policy.h"

#include <algorithm>
#include <array>

#include "cuda/launch.h"

namespace sgconv::cuda {
namespace {

// Streaming kernels need about 32 KiB in flight per multiprocessor, which 2048 threads with 16
// bytes each give on both; Hopper's longer latency asks for more blocks in the queue.
constexpr std::array<Policy, 2> kPolicies{{
    {.architecture = 80,
     .stream_threads = 256,
     .stream_blocks = 16,
     .reduction_threads = 256,
     .reduction_blocks = 8,
     .fused_turns = 4},
    {.architecture = 90,
     .stream_threads = 256,
     .stream_blocks = 32,
     .reduction_threads = 256,
     .reduction_blocks = 8,
     .fused_turns = 4},
}};

constexpr int64_t kMaxGridY = 65535;

int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check_device_call(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
  return value;
}

}  // namespace

Target current_target() {
  int device = 0;
  check_device_call(cudaGetDevice(&device), "cudaGetDevice");
  const int architecture = 10 * attribute(cudaDevAttrComputeCapabilityMajor, device) +
                           attribute(cudaDevAttrComputeCapabilityMinor, device);
  Policy policy = kPolicies.front();
  for (const Policy &candidate : kPolicies) {
    if (candidate.architecture <= architecture) {
      policy = candidate;
    }
  }
  return {policy, attribute(cudaDevAttrMultiProcessorCount, device),
          attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device)};
}

RowGrid row_grid(const Target &target, int64_t rows, int64_t columns) {
  const int64_t threads = target.policy.stream_threads;
  int64_t across = kWarp;
  while (across < threads && across < columns) {
    across *= 2;
  }
  const int64_t down = threads / across;
  const int64_t most = target.multiprocessors * target.policy.stream_blocks;
  const int64_t x = std::min(ceil_divide(columns, across), most);
  const int64_t y = std::min({ceil_divide(rows, down), std::max<int64_t>(most / x, 1), kMaxGridY});
  return {dim3(static_cast<unsigned>(x), static_cast<unsigned>(y)),
          dim3(static_cast<unsigned>(across), static_cast<unsigned>(down))};
}

RowGrid block_row_grid(const Target &target, int64_t rows, int64_t columns) {
  const int64_t threads = target.policy.stream_threads;
  const int64_t most = target.multiprocessors * target.policy.stream_blocks;
  const int64_t x = std::min(ceil_divide(columns, threads), most);
  const int64_t y = std::min({rows, std::max<int64_t>(most / x, 1), kMaxGridY});
  return {dim3(static_cast<unsigned>(x), static_cast<unsigned>(y)),
          dim3(static_cast<unsigned>(threads))};
}

RowGrid reduction_grid(const Target &target, int64_t rows) {
  const int64_t most = target.multiprocessors * target.policy.reduction_blocks;
  return {dim3(static_cast<unsigned>(std::min(rows, most))),
          dim3(static_cast<unsigned>(target.policy.reduction_threads))};
}

}  // namespace sgconv::cuda
