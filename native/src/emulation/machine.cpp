#include "emulation/machine.h"

#include <algorithm>
#include <cstdio>

#include "emulation/failures.h"
#include "emulation/settings.h"

namespace sgconv::emulation {

Machine &machine() {
  // Never destroyed: other libraries may still call while the process ends.
  static Machine *const instance = new Machine();
  return *instance;
}

int &current_device() {
  thread_local int device = 0;
  return device;
}

cudaError_t &last_error() {
  thread_local cudaError_t error = cudaSuccess;
  return error;
}

Machine::Machine() {
  for (const DeviceSettings &device : settings().devices) {
    const auto number = static_cast<int>(devices.size());
    devices.push_back(std::make_unique<Device>(number, device, settings().memory));
    devices.back()->legacy = std::make_shared<Stream>(number, true);
  }
}

Device *Machine::current() {
  const auto number = static_cast<std::size_t>(current_device());
  return number < devices.size() ? devices[number].get() : nullptr;
}

cudaError_t Machine::use(Device *&device) {
  device = current();
  return device == nullptr ? cudaErrorNoDevice : make_context(*device);
}

cudaError_t Machine::make_context(Device &device) {
  if (device.context) {
    return cudaSuccess;
  }
  const int injected = failure_at("context");
  if (injected != 0 || device.settings.unusable != 0) {
    return static_cast<cudaError_t>(injected != 0 ? injected : device.settings.unusable);
  }
  device.context = true;
  return cudaSuccess;
}

Device *Machine::device_of(const void *address) {
  for (const auto &device : devices) {
    if (device->memory.owns_address(address)) {
      return device.get();
    }
  }
  return nullptr;
}

std::shared_ptr<Stream> Machine::stream_of(cudaStream_t handle) {
  // 1 is cudaStreamLegacy.
  if (handle == nullptr || handle == reinterpret_cast<cudaStream_t>(1)) {
    Device *device = current();
    return device == nullptr ? nullptr : device->legacy;
  }
  const auto found = streams.find(handle);
  return found == streams.end() ? nullptr : found->second;
}

void Machine::order_with_legacy(const std::shared_ptr<Stream> &stream) {
  const auto wait_for = [this, &stream](const std::shared_ptr<Stream> &other) {
    if (other->executed < other->enqueued) {
      stream->queue.push_back([this, other, position = other->enqueued] {
        drain(other, position);
        return cudaSuccess;
      });
      ++stream->enqueued;
    }
  };
  Device &device = *devices[static_cast<std::size_t>(stream->device)];
  if (stream == device.legacy) {
    for (const auto &[handle, other] : streams) {
      if (other->device == stream->device && other->blocking) {
        wait_for(other);
      }
    }
  } else if (stream->blocking) {
    wait_for(device.legacy);
  }
}

cudaError_t Machine::enqueue(const std::shared_ptr<Stream> &stream, Operation operation) {
  if (stream->capture != nullptr) {
    Capture &capture = *stream->capture;
    if (capture.invalid) {
      return cudaErrorStreamCaptureInvalidated;
    }
    capture.operations.push_back(std::move(operation));
    if (stream.get() != capture.origin) {
      capture.unjoined.insert(stream.get());
    }
    return cudaSuccess;
  }
  Device &device = *devices[static_cast<std::size_t>(stream->device)];
  if (stream == device.legacy) {
    for (const auto &[handle, other] : streams) {
      if (other->blocking && other->capture != nullptr) {
        other->capture->invalid = true;
        return cudaErrorStreamCaptureImplicit;
      }
    }
  }
  order_with_legacy(stream);
  stream->queue.push_back(std::move(operation));
  ++stream->enqueued;
  if (settings().eager) {
    drain(stream);
  }
  return cudaSuccess;
}

void Machine::drain(const std::shared_ptr<Stream> &stream, std::uint64_t position) {
  if (stream->draining) {
    return;
  }
  stream->draining = true;
  Device &device = *devices[static_cast<std::size_t>(stream->device)];
  if (stream->executed >= position) {
    stream->draining = false;
    return;
  }
  const Access access(device);
  while (stream->executed < position && !stream->queue.empty()) {
    const Operation operation = std::move(stream->queue.front());
    stream->queue.pop_front();
    // A poisoned context runs nothing any more.
    if (device.poisoned == cudaSuccess) {
      const cudaError_t error = operation();
      if (error != cudaSuccess && device.poisoned == cudaSuccess) {
        device.poisoned = error;
      }
    }
    ++stream->executed;
  }
  stream->draining = false;
}

void Machine::drain_device(int device) {
  drain(devices[static_cast<std::size_t>(device)]->legacy);
  const auto all = streams;  // draining may not change the map, but callbacks could
  for (const auto &[handle, stream] : all) {
    if (stream->device == device) {
      drain(stream);
    }
  }
}

bool Machine::is_pinned(const void *address, std::size_t size) const {
  const auto *wanted = static_cast<const char *>(address);
  const auto inside = [wanted, size](const std::map<const char *, std::size_t> &ranges) {
    auto next = ranges.upper_bound(wanted);
    return next != ranges.begin() &&
           wanted + size <= std::prev(next)->first + std::prev(next)->second;
  };
  return inside(pinned) || inside(registered);
}

bool Machine::forbidden_in_capture() {
  bool forbidden = false;
  const auto look = [&forbidden](const Stream &stream) {
    if (stream.capture == nullptr || stream.capture->mode == cudaStreamCaptureModeRelaxed ||
        (stream.capture->mode == cudaStreamCaptureModeThreadLocal &&
         stream.capture->thread != std::this_thread::get_id())) {
      return;
    }
    stream.capture->invalid = true;
    forbidden = true;
  };
  for (const auto &[handle, stream] : streams) {
    look(*stream);
  }
  return forbidden;
}

cudaError_t finish(cudaError_t error) {
  const Device *device = machine().current();
  if (error == cudaSuccess && device != nullptr) {
    error = device->poisoned;
  }
  if (error != cudaSuccess && error != cudaErrorNotReady) {
    last_error() = error;
  }
  return error;
}

}  // namespace sgconv::emulation
