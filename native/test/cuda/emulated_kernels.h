// Small CUDA kernels, right and wrong ones, that test the emulated device itself.
#pragma once

#include <string>

#include "check.h"
#include "device.h"
#include "emulation/control.h"
#include "emulation/kernel.h"

namespace sgconv::test {

// Starts `body` as a CUDA kernel on a stream.
template <class Body>
cudaError_t start(const char *name, dim3 grid, dim3 block, Body body,
                  cudaStream_t stream = nullptr) {
  return emulation::launch({name, nullptr, grid, block, 0, stream, body});
}

// Starts it and waits.
template <class Body>
cudaError_t run(const char *name, dim3 grid, dim3 block, Body body) {
  const cudaError_t error = start(name, grid, block, body);
  return error != cudaSuccess ? error : cudaDeviceSynchronize();
}

// The kernel must poison the context with `expected` and a report that has `word` in it.
template <class Body>
void must_fault(const char *name, dim3 block, cudaError_t expected, const std::string &word,
                Body body) {
  const cudaError_t error = run(name, dim3(1), block, body);
  check_equal(error, expected, name);
  const std::string report = sgconv_emulation_report();
  check(report.find(word) != std::string::npos,
        std::string(name) + ": report '" + report + "' lacks '" + word + "'");
  check_equal(cudaDeviceSynchronize(), expected,
              std::string(name) + ": the context stays poisoned");
  sgconv_emulation_reset();
  cudaGetLastError();
}

}  // namespace sgconv::test
