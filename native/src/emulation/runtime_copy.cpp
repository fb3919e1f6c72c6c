// Copies and fills. A copy from pageable memory takes the bytes at the call, as CUDA's staging
// does; one from page-locked memory reads them when its turn comes; one to pageable memory waits.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "emulation/failures.h"
#include "emulation/machine.h"

namespace sgconv::emulation {
namespace {

struct Side {
  Device *device;  // nullptr: host
  const Allocation *allocation;
};

Side side_of(const void *address, std::size_t size) {
  Device *device = machine().device_of(address);
  return {device, device == nullptr ? nullptr : device->memory.find(address, size)};
}

bool fits(const Side &side, bool on_device) {
  return on_device ? side.allocation != nullptr : side.device == nullptr;
}

cudaError_t check_direction(const Side &target, const Side &source, cudaMemcpyKind kind) {
  switch (kind) {
    case cudaMemcpyHostToHost:
      return fits(target, false) && fits(source, false) ? cudaSuccess : cudaErrorInvalidValue;
    case cudaMemcpyHostToDevice:
      return fits(target, true) && fits(source, false) ? cudaSuccess : cudaErrorInvalidValue;
    case cudaMemcpyDeviceToHost:
      return fits(target, false) && fits(source, true) ? cudaSuccess : cudaErrorInvalidValue;
    case cudaMemcpyDeviceToDevice:
      return fits(target, true) && fits(source, true) ? cudaSuccess : cudaErrorInvalidValue;
    case cudaMemcpyDefault:
      return fits(target, target.device != nullptr) && fits(source, source.device != nullptr)
                 ? cudaSuccess
                 : cudaErrorInvalidValue;
  }
  return cudaErrorInvalidMemcpyDirection;
}

// Counts a copy from its submission until it is done, or given up with its stream.
class Waiting {
 public:
  Waiting() {
    std::int64_t &most = machine().counts["waiting copies"];
    most = std::max(most, ++machine().waiting_copies);
  }
  ~Waiting() { --machine().waiting_copies; }
  Waiting(const Waiting &) = delete;
  Waiting &operator=(const Waiting &) = delete;
};

// When the copy's turn comes the memory may be gone.
cudaError_t copy_now(void *target, const void *source, std::size_t size) {
  const Side to = side_of(target, size);
  const Side from = side_of(source, size);
  if (!fits(to, to.device != nullptr) || !fits(from, from.device != nullptr)) {
    machine().report = "a copy from or to device memory that has been freed";
    return cudaErrorIllegalAddress;
  }
  const auto open = [](Device *device) {
    return device == nullptr ? nullptr : std::make_unique<Access>(*device);
  };
  const auto target_access = open(to.device);
  const auto source_access = open(from.device);
  std::memcpy(target, source, size);
  return cudaSuccess;
}

cudaError_t copy(void *target, const void *source, std::size_t size, cudaMemcpyKind kind,
                 const std::shared_ptr<Stream> &stream) {
  if (stream == nullptr) {
    return machine().current() == nullptr ? cudaErrorNoDevice : cudaErrorInvalidResourceHandle;
  }
  if (size == 0) {
    return cudaSuccess;
  }
  if (target == nullptr || source == nullptr) {
    return cudaErrorInvalidValue;
  }
  const Side to = side_of(target, size);
  const Side from = side_of(source, size);
  if (const cudaError_t error = check_direction(to, from, kind); error != cudaSuccess) {
    return error;
  }
  if (const int injected = failure_at("copy"); injected != 0) {
    return static_cast<cudaError_t>(injected);
  }
  // What is recorded waits for nobody.
  const auto waiting = stream->capture == nullptr ? std::make_shared<Waiting>() : nullptr;
  const bool pageable_source = from.device == nullptr && !machine().is_pinned(source, size);
  if (pageable_source && stream->capture == nullptr) {
    const auto *bytes = static_cast<const char *>(source);
    auto staged = std::make_shared<std::vector<char>>(bytes, bytes + size);
    return machine().enqueue(stream, [target, staged, waiting] {
      return copy_now(target, staged->data(), staged->size());
    });
  }
  const cudaError_t error = machine().enqueue(
      stream, [target, source, size, waiting] { return copy_now(target, source, size); });
  const bool pageable_target = to.device == nullptr && !machine().is_pinned(target, size);
  if (error == cudaSuccess && pageable_target && stream->capture == nullptr) {
    machine().drain(stream);
  }
  return error;
}

// What CUDA's devices say as cudaDevAttrMaxPitch.
constexpr std::size_t kMostPitch = 2147483647;

// Rows within the memory of devices, the only direction that we call for.
cudaError_t copy_rows(void *target, std::size_t target_pitch, const void *source,
                      std::size_t source_pitch, std::size_t width, std::size_t height,
                      cudaMemcpyKind kind, const std::shared_ptr<Stream> &stream) {
  if (stream == nullptr) {
    return machine().current() == nullptr ? cudaErrorNoDevice : cudaErrorInvalidResourceHandle;
  }
  if (width == 0 || height == 0) {
    return cudaSuccess;
  }
  if (kind != cudaMemcpyDeviceToDevice) {
    return cudaErrorInvalidMemcpyDirection;
  }
  if (std::min(target_pitch, source_pitch) < width ||
      std::max(target_pitch, source_pitch) > kMostPitch) {
    return cudaErrorInvalidPitchValue;
  }
  const Side to = side_of(target, (height - 1) * target_pitch + width);
  const Side from = side_of(source, (height - 1) * source_pitch + width);
  if (const cudaError_t error = check_direction(to, from, kind); error != cudaSuccess) {
    return error;
  }
  if (const int injected = failure_at("copy"); injected != 0) {
    return static_cast<cudaError_t>(injected);
  }
  auto *into = static_cast<char *>(target);
  const auto *rows = static_cast<const char *>(source);
  return machine().enqueue(stream, [=] {
    for (std::size_t row = 0; row < height; row++) {
      const cudaError_t error =
          copy_now(into + row * target_pitch, rows + row * source_pitch, width);
      if (error != cudaSuccess) {
        return error;
      }
    }
    return cudaSuccess;
  });
}

cudaError_t fill(void *target, int value, std::size_t size, const std::shared_ptr<Stream> &stream) {
  if (stream == nullptr) {
    return machine().current() == nullptr ? cudaErrorNoDevice : cudaErrorInvalidResourceHandle;
  }
  if (size == 0) {
    return cudaSuccess;
  }
  if (side_of(target, size).allocation == nullptr) {
    return cudaErrorInvalidValue;
  }
  return machine().enqueue(stream, [target, value, size] {
    const Side to = side_of(target, size);
    if (to.allocation == nullptr) {
      machine().report = "a fill of device memory that has been freed";
      return cudaErrorIllegalAddress;
    }
    const Access access(*to.device);
    std::memset(target, value, size);
    return cudaSuccess;
  });
}

}  // namespace
}  // namespace sgconv::emulation

using namespace sgconv::emulation;

cudaError_t cudaMemcpy(void *target, const void *source, std::size_t size, cudaMemcpyKind kind) {
  const std::lock_guard guard(machine().lock);
  if (machine().forbidden_in_capture()) {
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  const auto stream = machine().stream_of(nullptr);
  const cudaError_t error = copy(target, source, size, kind, stream);
  if (error == cudaSuccess) {
    machine().drain(stream);
  }
  return finish(error);
}

cudaError_t cudaMemcpyAsync(void *target, const void *source, std::size_t size, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const std::lock_guard guard(machine().lock);
  return finish(copy(target, source, size, kind, machine().stream_of(stream)));
}

cudaError_t cudaMemcpy2DAsync(void *target, std::size_t target_pitch, const void *source,
                              std::size_t source_pitch, std::size_t width, std::size_t height,
                              cudaMemcpyKind kind, cudaStream_t stream) {
  const std::lock_guard guard(machine().lock);
  return finish(copy_rows(target, target_pitch, source, source_pitch, width, height, kind,
                          machine().stream_of(stream)));
}

cudaError_t cudaMemset(void *target, int value, std::size_t size) {
  const std::lock_guard guard(machine().lock);
  return finish(fill(target, value, size, machine().stream_of(nullptr)));
}

cudaError_t cudaMemsetAsync(void *target, int value, std::size_t size, cudaStream_t stream) {
  const std::lock_guard guard(machine().lock);
  return finish(fill(target, value, size, machine().stream_of(stream)));
}
