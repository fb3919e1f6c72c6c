#include "cuda/device/launch.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "common/failure.h"

namespace sgconv::cuda {
namespace {

// Dynamic shared memory that a launch gets without asking.
constexpr std::size_t kDefaultShared = 48 * 1024;

void set_attribute(const char *name, const void *kernel, cudaFuncAttribute attribute, int value) {
  check_device_call(cudaFuncSetAttribute(kernel, attribute, value), name);
}

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

void allow_shared(const char *name, const void *kernel, std::size_t most_shared) {
  // Never destroyed: other threads may still launch while the process ends.
  static auto *const lock = new std::mutex();
  static auto *const allowed = new std::map<std::pair<int, const void *>, std::size_t>();
  const int device = current_device();
  const std::lock_guard guard(*lock);
  std::size_t &known = (*allowed)[{device, kernel}];
  if (known >= most_shared) {
    return;
  }
  set_attribute(name, kernel, cudaFuncAttributePreferredSharedMemoryCarveout,
                cudaSharedmemCarveoutMaxShared);
  if (most_shared > kDefaultShared) {
    set_attribute(name, kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                  static_cast<int>(most_shared));
  }
  known = most_shared;
}

#if !defined(SGCONV_EMULATED)
cudaError_t submit(const void *kernel, const RowGrid &shape, void *stream, void *argument,
                   std::size_t shared, Begin begin) {
  void *arguments[] = {argument};
  auto *const queue = static_cast<cudaStream_t>(stream);
  // Graphs take such launches from CUDA 12.3 on.
#if CUDART_VERSION >= 12030
  if (begin == Begin::kEarly && current_target().architecture >= 90) {
    cudaLaunchAttribute early{};
    early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    early.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = shape.grid;
    config.blockDim = shape.block;
    config.dynamicSmemBytes = shared;
    config.stream = queue;
    config.attrs = &early;
    config.numAttrs = 1;
    return cudaLaunchKernelExC(&config, kernel, arguments);
  }
#endif
  return cudaLaunchKernel(kernel, shape.grid, shape.block, arguments, shared, queue);
}
#endif

void check_launch(cudaError_t error, const char *name, const RowGrid &shape, std::size_t shared) {
  if (error != cudaSuccess) {
    fail(error, std::string("CUDA kernel ") + name + ", grid " + text(shape.grid) + ", block " +
                    text(shape.block) + ", shared memory " + std::to_string(shared) + " bytes");
  }
}

}  // namespace sgconv::cuda
