#include "cuda/launch.h"

#include <string>

#include "cuda/boundary.h"

namespace sgconv::cuda {
namespace {

[[noreturn]] void fail(cudaError_t error, const std::string &what) {
  // Takes the error out of the runtime's own memory, so that the next call does not report it
  // again.
  (void)cudaGetLastError();
  throw Failure(SGCONV_DEVICE,
                what + ": " + cudaGetErrorName(error) + " (" +
                    std::to_string(static_cast<int>(error)) + "): " + cudaGetErrorString(error),
                static_cast<int32_t>(error));
}

std::string text(const dim3 &size) {
  std::string result = "(";
  result += std::to_string(size.x) + ", " + std::to_string(size.y) + ", ";
  return result + std::to_string(size.z) + ")";
}

}  // namespace

void check_device_call(cudaError_t error, const char *what) {
  if (error != cudaSuccess) {
    fail(error, what);
  }
}

void check_launch(cudaError_t error, const char *name, const RowGrid &shape, std::size_t shared) {
  if (error != cudaSuccess) {
    fail(error, std::string("CUDA kernel ") + name + ", grid " + text(shape.grid) + ", block " +
                    text(shape.block) + ", shared memory " + std::to_string(shared) + " bytes");
  }
}

}  // namespace sgconv::cuda
