#include "cuda/policy.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

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

// By bytes moved, fused everywhere; not yet measured on a GPU. Rows are short where columns of 24
// or 32 still lie in registers, because these are the cheapest way to more points; beyond, columns
// and rows are about as long, and only the two largest sizes need blocks of 156 KiB.
constexpr sgconv_path kFused = SGCONV_PATH_FUSED;
constexpr int64_t kKi = 1024;
constexpr std::array<LongPolicy, 22> kLongPolicies{{
    {12 * kKi, 512, {kFused, kFused, kFused}},      {16 * kKi, 512, {kFused, kFused, kFused}},
    {24 * kKi, 1024, {kFused, kFused, kFused}},     {32 * kKi, 1024, {kFused, kFused, kFused}},
    {48 * kKi, 2048, {kFused, kFused, kFused}},     {64 * kKi, 2048, {kFused, kFused, kFused}},
    {96 * kKi, 4096, {kFused, kFused, kFused}},     {128 * kKi, 4096, {kFused, kFused, kFused}},
    {192 * kKi, 8192, {kFused, kFused, kFused}},    {256 * kKi, 8192, {kFused, kFused, kFused}},
    {384 * kKi, 1024, {kFused, kFused, kFused}},    {512 * kKi, 2048, {kFused, kFused, kFused}},
    {768 * kKi, 2048, {kFused, kFused, kFused}},    {1024 * kKi, 4096, {kFused, kFused, kFused}},
    {1536 * kKi, 4096, {kFused, kFused, kFused}},   {2048 * kKi, 8192, {kFused, kFused, kFused}},
    {3072 * kKi, 8192, {kFused, kFused, kFused}},   {4096 * kKi, 4096, {kFused, kFused, kFused}},
    {6144 * kKi, 8192, {kFused, kFused, kFused}},   {8192 * kKi, 8192, {kFused, kFused, kFused}},
    {12288 * kKi, 16384, {kFused, kFused, kFused}}, {16384 * kKi, 16384, {kFused, kFused, kFused}},
}};

// From an architecture on, in rising order.
struct LongPoliciesFrom {
  int architecture;
  LongPolicies policies;
};
constexpr std::array<LongPoliciesFrom, 2> kLongPoliciesFrom{{
    {80, {kLongPolicies.data(), kLongPolicies.data() + kLongPolicies.size()}},
    {90, {kLongPolicies.data(), kLongPolicies.data() + kLongPolicies.size()}},
}};

// The last entry of a table that serves this architecture, or its first.
template <class Table>
const auto &serving(const Table &table, int architecture) {
  const auto *found = &table.front();
  for (const auto &candidate : table) {
    if (candidate.architecture <= architecture) {
      found = &candidate;
    }
  }
  return *found;
}

constexpr int64_t kMaxGridY = 65535;

int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check_device_call(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
  return value;
}

Target read_target(int device) {
  const int architecture = 10 * attribute(cudaDevAttrComputeCapabilityMajor, device) +
                           attribute(cudaDevAttrComputeCapabilityMinor, device);
  return {serving(kPolicies, architecture), attribute(cudaDevAttrMultiProcessorCount, device),
          attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
          attribute(cudaDevAttrL2CacheSize, device)};
}

}  // namespace

Target current_target() {
  // Never destroyed: other threads may still launch while the process ends.
  static auto *const lock = new std::mutex();
  static auto *const targets = new std::map<int, Target>();
  int device = 0;
  check_device_call(cudaGetDevice(&device), "cudaGetDevice");
  const std::lock_guard guard(*lock);
  const auto known = targets->find(device);
  return known != targets->end() ? known->second
                                 : targets->emplace(device, read_target(device)).first->second;
}

LongPolicies long_policies(int architecture) {
  return serving(kLongPoliciesFrom, architecture).policies;
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
