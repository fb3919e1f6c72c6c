// Capture of a stream's work, and its replay.
#include "emulation/failures.h"
#include "emulation/machine.h"

using namespace sgconv::emulation;

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  const std::lock_guard guard(machine().lock);
  const auto stream = machine().stream_of(handle);
  if (stream == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  // The default stream cannot be captured.
  if (stream->capture != nullptr || machine().streams.count(handle) == 0) {
    return finish(cudaErrorStreamCaptureUnsupported);
  }
  stream->capture = std::make_shared<Capture>();
  stream->capture->mode = mode;
  stream->capture->thread = std::this_thread::get_id();
  stream->capture->origin = stream.get();
  return finish(cudaSuccess);
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t *graph) {
  const std::lock_guard guard(machine().lock);
  const auto stream = machine().stream_of(handle);
  if (stream == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  if (graph == nullptr) {
    return finish(cudaErrorInvalidValue);
  }
  *graph = nullptr;
  const auto capture = stream->capture;
  if (capture == nullptr || capture->origin != stream.get()) {
    return finish(cudaErrorStreamCaptureUnmatched);
  }
  // 901 is CUDA's word for a capture that it ends; any other leaves the stream in it.
  const int injected = failure_at("capture");
  if (injected == cudaErrorStreamCaptureInvalidated) {
    capture->invalid = true;
  } else if (injected != 0) {
    return finish(static_cast<cudaError_t>(injected));
  }
  if (capture->mode != cudaStreamCaptureModeRelaxed &&
      capture->thread != std::this_thread::get_id()) {
    return finish(cudaErrorStreamCaptureWrongThread);
  }
  for (const auto &[key, other] : machine().streams) {
    if (other->capture == capture) {
      other->capture = nullptr;
    }
  }
  if (capture->invalid) {
    return finish(cudaErrorStreamCaptureInvalidated);
  }
  if (!capture->unjoined.empty()) {
    return finish(cudaErrorStreamCaptureUnjoined);
  }
  auto made = std::make_unique<Graph>(Graph{stream->device, capture->operations});
  *graph = reinterpret_cast<cudaGraph_t>(made.get());
  machine().graphs.emplace(made.get(), std::move(made));
  return finish(cudaSuccess);
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus *status) {
  const std::lock_guard guard(machine().lock);
  const auto stream = machine().stream_of(handle);
  if (stream == nullptr) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  *status = stream->capture == nullptr ? cudaStreamCaptureStatusNone
            : stream->capture->invalid ? cudaStreamCaptureStatusInvalidated
                                       : cudaStreamCaptureStatusActive;
  return finish(cudaSuccess);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *executable, cudaGraph_t graph,
                                 unsigned long long) {
  const std::lock_guard guard(machine().lock);
  const auto found = machine().graphs.find(graph);
  if (executable == nullptr || found == machine().graphs.end()) {
    return finish(cudaErrorInvalidValue);
  }
  auto made = std::make_unique<Graph>(*found->second);
  *executable = reinterpret_cast<cudaGraphExec_t>(made.get());
  machine().executables.emplace(made.get(), std::move(made));
  return finish(cudaSuccess);
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t handle) {
  const std::lock_guard guard(machine().lock);
  const auto found = machine().executables.find(executable);
  const auto stream = machine().stream_of(handle);
  if (found == machine().executables.end()) {
    return finish(cudaErrorInvalidValue);
  }
  if (stream == nullptr || stream->device != found->second->device) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  for (const Operation &operation : found->second->operations) {
    if (const cudaError_t error = machine().enqueue(stream, operation); error != cudaSuccess) {
      return finish(error);
    }
  }
  return finish(cudaSuccess);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  const std::lock_guard guard(machine().lock);
  return finish(machine().executables.erase(executable) == 1 ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  const std::lock_guard guard(machine().lock);
  return finish(machine().graphs.erase(graph) == 1 ? cudaSuccess : cudaErrorInvalidValue);
}
