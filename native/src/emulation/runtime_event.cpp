// Events.
#include <chrono>

#include "emulation/failures.h"
#include "emulation/machine.h"

using namespace sgconv::emulation;

namespace {

Event *event_of(cudaEvent_t handle) {
  const auto found = machine().events.find(handle);
  return found == machine().events.end() ? nullptr : found->second.get();
}

}  // namespace

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *handle, unsigned flags) {
  const std::lock_guard guard(machine().lock);
  Device *device = nullptr;
  if (const cudaError_t error = machine().use(device); error != cudaSuccess) {
    return finish(error);
  }
  if (handle == nullptr || flags > (cudaEventBlockingSync | cudaEventDisableTiming)) {
    return finish(cudaErrorInvalidValue);
  }
  if (const int injected = failure_at("event"); injected != 0) {
    return finish(static_cast<cudaError_t>(injected));
  }
  auto event = std::make_unique<Event>(
      Event{device->number, (flags & cudaEventDisableTiming) == 0, nullptr});
  *handle = reinterpret_cast<cudaEvent_t>(event.get());
  machine().events.emplace(event.get(), std::move(event));
  return finish(cudaSuccess);
}

cudaError_t cudaEventCreate(cudaEvent_t *event) { return cudaEventCreateWithFlags(event, 0); }

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const std::lock_guard guard(machine().lock);
  return finish(machine().events.erase(event) == 1 ? cudaSuccess : cudaErrorInvalidResourceHandle);
}

cudaError_t cudaEventRecord(cudaEvent_t handle, cudaStream_t stream_handle) {
  const std::lock_guard guard(machine().lock);
  Event *event = event_of(handle);
  const auto stream = machine().stream_of(stream_handle);
  if (event == nullptr || stream == nullptr || event->device != stream->device) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  auto record = std::make_shared<Record>();
  record->stream = stream;
  event->latest = record;
  if (stream->capture != nullptr) {
    record->capture = stream->capture;
    return finish(cudaSuccess);
  }
  const cudaError_t error = machine().enqueue(stream, [record] {
    record->time = std::chrono::steady_clock::now();
    record->done = true;
    return cudaSuccess;
  });
  record->position = stream->enqueued;
  return finish(error);
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle) {
  const std::lock_guard guard(machine().lock);
  ++machine().counts["synchronize"];
  const Event *event = event_of(handle);
  if (event == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  const auto record = event->latest;
  if (record == nullptr) {
    return finish(cudaSuccess);
  }
  if (record->capture != nullptr) {
    record->capture->invalid = true;
    return finish(cudaErrorCapturedEvent);
  }
  machine().drain(record->stream, record->position);
  return finish(machine().devices[static_cast<std::size_t>(event->device)]->poisoned);
}

cudaError_t cudaEventQuery(cudaEvent_t handle) {
  const std::lock_guard guard(machine().lock);
  const Event *event = event_of(handle);
  if (event == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  const auto record = event->latest;
  if (record == nullptr || record->done) {
    return finish(cudaSuccess);
  }
  if (record->capture != nullptr) {
    record->capture->invalid = true;
    return finish(cudaErrorCapturedEvent);
  }
  machine().drain(record->stream, record->stream->executed + 1);
  return finish(cudaErrorNotReady);
}

cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t start, cudaEvent_t end) {
  const std::lock_guard guard(machine().lock);
  const Event *first = event_of(start);
  const Event *second = event_of(end);
  if (first == nullptr || second == nullptr || !first->timing || !second->timing ||
      first->latest == nullptr || second->latest == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  if (!first->latest->done || !second->latest->done) {
    return finish(cudaErrorNotReady);
  }
  *milliseconds =
      std::chrono::duration<float, std::milli>(second->latest->time - first->latest->time).count();
  return finish(cudaSuccess);
}
