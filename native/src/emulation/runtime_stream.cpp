// Streams.
#include "emulation/failures.h"
#include "emulation/machine.h"

using namespace sgconv::emulation;

namespace {

// A legal capture ends in an error when its stream is waited for.
bool invalidate_capture(Stream &stream) {
  if (stream.capture == nullptr) {
    return false;
  }
  stream.capture->invalid = true;
  return true;
}

}  // namespace

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *handle, unsigned flags) {
  const std::lock_guard guard(machine().lock);
  Device *device = nullptr;
  if (const cudaError_t error = machine().use(device); error != cudaSuccess) {
    return finish(error);
  }
  if (handle == nullptr || flags > cudaStreamNonBlocking) {
    return finish(cudaErrorInvalidValue);
  }
  if (const int injected = failure_at("stream"); injected != 0) {
    return finish(static_cast<cudaError_t>(injected));
  }
  auto stream = std::make_shared<Stream>(device->number, flags != cudaStreamNonBlocking);
  *handle = reinterpret_cast<cudaStream_t>(stream.get());
  machine().streams.emplace(stream.get(), std::move(stream));
  return finish(cudaSuccess);
}

cudaError_t cudaStreamCreate(cudaStream_t *stream) { return cudaStreamCreateWithFlags(stream, 0); }

cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags, int) {
  return cudaStreamCreateWithFlags(stream, flags);
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  const std::lock_guard guard(machine().lock);
  const auto found = machine().streams.find(handle);
  if (found == machine().streams.end()) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  const auto stream = found->second;
  invalidate_capture(*stream);
  stream->capture = nullptr;
  machine().drain(stream);
  machine().streams.erase(handle);
  return finish(cudaSuccess);
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  const std::lock_guard guard(machine().lock);
  ++machine().counts["synchronize"];
  const auto stream = machine().stream_of(handle);
  if (stream == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  if (invalidate_capture(*stream)) {
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  machine().drain(stream);
  return finish(machine().devices[static_cast<std::size_t>(stream->device)]->poisoned);
}

// Each query lets the stream do one piece of work, so that polling ends.
cudaError_t cudaStreamQuery(cudaStream_t handle) {
  const std::lock_guard guard(machine().lock);
  const auto stream = machine().stream_of(handle);
  if (stream == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  if (invalidate_capture(*stream)) {
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  if (stream->executed == stream->enqueued) {
    return finish(cudaSuccess);
  }
  machine().drain(stream, stream->executed + 1);
  return finish(cudaErrorNotReady);
}

cudaError_t cudaStreamGetDevice(cudaStream_t handle, int *device) {
  const std::lock_guard guard(machine().lock);
  const auto stream = machine().stream_of(handle);
  if (stream == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  *device = stream->device;
  return finish(cudaSuccess);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event_handle, unsigned) {
  const std::lock_guard guard(machine().lock);
  const auto stream = machine().stream_of(handle);
  const auto event = machine().events.find(event_handle);
  if (stream == nullptr || event == machine().events.end()) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  const auto record = event->second->latest;
  if (record == nullptr) {
    return finish(cudaSuccess);  // never recorded: nothing to wait for
  }
  if (record->capture != nullptr) {
    if (stream->capture == nullptr) {
      stream->capture = record->capture;  // the stream joins the capture
    } else if (stream->capture != record->capture) {
      stream->capture->invalid = true;
      return finish(cudaErrorStreamCaptureIsolation);
    }
    if (stream.get() == record->capture->origin) {
      record->capture->unjoined.erase(record->stream.get());
    }
    return finish(cudaSuccess);
  }
  if (stream->capture != nullptr) {
    stream->capture->invalid = true;
    return finish(cudaErrorStreamCaptureIsolation);
  }
  return finish(machine().enqueue(stream, [record] {
    machine().drain(record->stream, record->position);
    return cudaSuccess;
  }));
}
