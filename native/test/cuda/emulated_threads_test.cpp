// Barriers, shuffles and shared memory of the emulated device.
#include <numeric>

#include "emulated_kernels.h"

namespace {

using namespace sgconv::test;

// A block sum that needs both of its barriers.
cudaError_t sum_blocks(DeviceArray<int> &out, unsigned threads) {
  int *result = out.get();
  return run("sum_blocks", dim3(3), dim3(threads), [result] {
    SGCONV_SHARED(int, values, 256);
    values[threadIdx.x] = static_cast<int>(threadIdx.x + blockIdx.x);
    __syncthreads();
    for (unsigned step = blockDim.x / 2; step > 0; step /= 2) {
      if (threadIdx.x < step) {
        values[threadIdx.x] += values[threadIdx.x + step];
      }
      __syncthreads();
    }
    if (threadIdx.x == 0) {
      result[blockIdx.x] = values[0];
    }
  });
}

void barriers() {
  for (const char *order : {"forward", "reverse", "shuffled"}) {
    check_equal(sgconv_emulation_order(order, 5), 0, "order");
    DeviceArray<int> out(3);
    check_equal(sum_blocks(out, 128), cudaSuccess, "sum_blocks");
    const std::vector<int> sums = out.host();
    for (int block = 0; block < 3; ++block) {
      check_equal(sums[static_cast<std::size_t>(block)], 127 * 128 / 2 + 128 * block,
                  std::string("block sum, ") + order);
    }
  }
  check_equal(sgconv_emulation_order("sideways", 0), -1, "unknown order");
  sgconv_emulation_order("forward", 0);
}

void missing_barrier_shows() {
  DeviceArray<float> out(64);
  float *result = out.get();
  run("without a barrier", dim3(1), dim3(64), [result] {
    SGCONV_SHARED(float, values, 64);
    values[threadIdx.x] = 1.0f;
    result[threadIdx.x] = values[63 - threadIdx.x];
  });
  check(std::isnan(out.host()[0]), "a read before the write of another thread sees poison");
}

void early_launches_must_wait() {
  const auto early = [](const char *name, void (*body)()) {
    const cudaError_t error = sgconv::emulation::launch(
        {name, nullptr, dim3(2), dim3(64), 0, nullptr, body, nullptr, 0, true});
    return error != cudaSuccess ? error : cudaDeviceSynchronize();
  };
  check_equal(early("waits", [] { sgconv::cuda::await_previous(); }), cudaSuccess,
              "a launch that waits");
  check_equal(early("one thread does not",
                    [] {
                      if (threadIdx.x != 63 || blockIdx.x != 1) {
                        sgconv::cuda::await_previous();
                      }
                    }),
              cudaErrorLaunchFailure, "a launch of which a thread does not wait");
  const std::string report = sgconv_emulation_report();
  check(report.find("one thread does not: begins early") != std::string::npos, "report: " + report);
  sgconv_emulation_reset();
  cudaGetLastError();
}

void divergent_barriers_are_reported() {
  must_fault("one thread skips the barrier", dim3(64), cudaErrorLaunchFailure, "deadlock", [] {
    if (threadIdx.x != 7) {
      __syncthreads();
    }
  });
  must_fault("two barriers", dim3(64), cudaErrorLaunchFailure, "different barriers", [] {
    if (threadIdx.x % 2 == 0) {
      __syncthreads();
    } else {
      __syncthreads();
    }
  });
  must_fault("two places in a warp", dim3(32), cudaErrorLaunchFailure, "different places", [] {
    if (threadIdx.x % 2 == 0) {
      __syncwarp();
    } else {
      __syncwarp();
    }
  });
  must_fault("warp against block", dim3(32), cudaErrorLaunchFailure, "deadlock", [] {
    if (threadIdx.x % 2 == 0) {
      __syncwarp();
    } else {
      __syncthreads();
    }
  });
  must_fault("half a warp shuffles", dim3(16), cudaErrorLaunchFailure, "lane",
             [] { (void)__shfl_xor_sync(0xffffffffu, 1, 1); });
  must_fault("partial mask", dim3(32), cudaErrorNotSupported, "part of a warp",
             [] { __syncwarp(0xffffu); });
}

void shuffles() {
  DeviceArray<int> words(64);
  DeviceArray<double> wide(64);
  int *integers = words.get();
  double *doubles = wide.get();
  const cudaError_t error = run("shuffles", dim3(1), dim3(64), [integers, doubles] {
    const int lane = static_cast<int>(threadIdx.x % 32);
    int sum = static_cast<int>(threadIdx.x);
    for (int step = 16; step > 0; step /= 2) {
      sum += __shfl_xor_sync(0xffffffffu, sum, step);
    }
    integers[threadIdx.x] = sum;
    doubles[threadIdx.x] =
        __shfl_sync(0xffffffffu, 0.25 + static_cast<double>(threadIdx.x), (lane + 1) % 32);
  });
  check_equal(error, cudaSuccess, "shuffles");
  const auto sums = words.host();
  const auto neighbours = wide.host();
  for (std::size_t i = 0; i < 64; ++i) {
    check_equal(sums[i], i < 32 ? 496 : 496 + 1024, "warp sum");
    check(neighbours[i] == 0.25 + static_cast<double>(i / 32 * 32 + (i + 1) % 32), "neighbour");
  }
}

void shared_memory() {
  must_fault("beyond a shared array", dim3(32), cudaErrorIllegalAddress, "shared array", [] {
    SGCONV_SHARED(float, values, 8);
    values[8] = static_cast<float>(threadIdx.x);
  });
  must_fault("too much shared memory", dim3(1), cudaErrorLaunchFailure, "shared memory", [] {
    SGCONV_SHARED(double, values, 60000);
    values[0] = 1;
  });
  // Every block starts with poison, also after a block that wrote.
  DeviceArray<float> out(2);
  float *result = out.get();
  run("fresh blocks", dim3(2), dim3(1), [result] {
    SGCONV_SHARED(float, value, 1);
    result[blockIdx.x] = value[0];
    value[0] = 3.0f;
  });
  check(std::isnan(out.host()[0]) && std::isnan(out.host()[1]), "shared memory starts poisoned");
}

void geometry() {
  DeviceArray<int> out(2 * 3 * 4 * 5);
  int *result = out.get();
  run("indices", dim3(2, 3), dim3(4, 5), [result] {
    const unsigned block = blockIdx.y * gridDim.x + blockIdx.x;
    const unsigned thread = threadIdx.y * blockDim.x + threadIdx.x;
    result[block * blockDim.x * blockDim.y + thread] = static_cast<int>(100 * block + thread);
  });
  const auto indices = out.host();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    check_equal(indices[i], static_cast<int>(100 * (i / 20) + i % 20), "index");
  }
  for (const dim3 block : {dim3(0), dim3(1025), dim3(1, 1, 65), dim3(64, 32)}) {
    check_equal(start("bad block", dim3(1), block, [] {}), cudaErrorInvalidConfiguration, "block");
  }
  check_equal(start("bad grid", dim3(1, 65536), dim3(1), [] {}), cudaErrorInvalidConfiguration,
              "grid");
  check_equal(cudaGetLastError(), cudaErrorInvalidConfiguration, "last error");
  check_equal(cudaGetLastError(), cudaSuccess, "last error is taken");
}

}  // namespace

int main() {
  barriers();
  missing_barrier_shows();
  early_launches_must_wait();
  divergent_barriers_are_reported();
  shuffles();
  shared_memory();
  geometry();
  return failures() == 0 ? 0 : 1;
}
