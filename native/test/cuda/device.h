// Device memory and streams for tests, freed at the end of their scope.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <vector>

#include "emulation/runtime_api.h"

namespace sgconv::test {

inline void require(cudaError_t error, const char *what) {
  if (error != cudaSuccess) {
    std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorName(error));
    std::exit(3);
  }
}

// Elements of device memory, at a chosen distance from the allocation's start so that tests can
// move away from the alignment of cudaMalloc.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t count, std::size_t skew = 0) : count_(count) {
    require(cudaMalloc(&memory_, (count + skew) * sizeof(T)), "cudaMalloc");
    start_ = static_cast<T *>(memory_) + skew;
  }
  explicit DeviceArray(const std::vector<T> &values, std::size_t skew = 0)
      : DeviceArray(values.size(), skew) {
    if (count_ > 0) {
      require(cudaMemcpy(start_, values.data(), count_ * sizeof(T), cudaMemcpyHostToDevice),
              "cudaMemcpy to the device");
    }
  }
  ~DeviceArray() { cudaFree(memory_); }
  DeviceArray(const DeviceArray &) = delete;
  DeviceArray &operator=(const DeviceArray &) = delete;

  T *get() { return start_; }
  std::size_t size() const { return count_; }
  std::vector<T> host() const {
    std::vector<T> values(count_);
    const cudaError_t error =
        cudaMemcpy(values.data(), start_, count_ * sizeof(T), cudaMemcpyDeviceToHost);
    require(error, "cudaMemcpy from the device");
    return values;
  }

 private:
  void *memory_ = nullptr;
  T *start_ = nullptr;
  std::size_t count_;
};

}  // namespace sgconv::test
