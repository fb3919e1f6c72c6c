// Streams, events, captures and injected failures of the emulated device.
#include "emulated_kernels.h"

namespace {

using namespace sgconv::test;

struct Streams {
  cudaStream_t a = nullptr, b = nullptr;
  Streams() {
    require(cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking), "stream");
    require(cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking), "stream");
  }
  ~Streams() {
    cudaStreamDestroy(a);
    cudaStreamDestroy(b);
  }
};

class Pinned {
 public:
  Pinned() { require(cudaMallocHost(&memory_, sizeof(int)), "cudaMallocHost"); }
  ~Pinned() { cudaFreeHost(memory_); }
  Pinned(const Pinned &) = delete;
  Pinned &operator=(const Pinned &) = delete;
  int *get() { return static_cast<int *>(memory_); }

 private:
  void *memory_ = nullptr;
};

auto increment(int *value) {
  return [value] { ++*value; };
}

void work_waits_for_synchronization() {
  Streams streams;
  Pinned pinned;
  DeviceArray<int> value(std::vector<int>{41});
  *pinned.get() = -1;
  require(start("increment", dim3(1), dim3(1), increment(value.get()), streams.a), "launch");
  require(cudaMemcpyAsync(pinned.get(), value.get(), 4, cudaMemcpyDeviceToHost, streams.a), "copy");
  check_equal(*pinned.get(), -1, "page-locked memory before the wait");
  require(cudaStreamSynchronize(streams.b), "another stream");
  check_equal(*pinned.get(), -1, "after waiting for another stream");
  check_equal(cudaStreamQuery(streams.a), cudaErrorNotReady, "query");
  require(cudaStreamSynchronize(streams.a), "synchronize");
  check_equal(*pinned.get(), 42, "after the wait");
  check_equal(cudaStreamQuery(streams.a), cudaSuccess, "query");
}

void pageable_copies_take_the_bytes_at_once() {
  Streams streams;
  Pinned pinned;
  DeviceArray<int> value(1);
  int source = 5;
  require(cudaMemcpyAsync(value.get(), &source, 4, cudaMemcpyHostToDevice, streams.a), "copy");
  source = 6;
  check_equal(value.host()[0], -1, "the copy has not run");
  int target = 0;
  require(cudaMemcpyAsync(&target, value.get(), 4, cudaMemcpyDeviceToHost, streams.a), "copy");
  check_equal(target, 5, "a copy to pageable memory waits");
  *pinned.get() = 7;
  require(cudaMemcpyAsync(value.get(), pinned.get(), 4, cudaMemcpyHostToDevice, streams.a), "copy");
  *pinned.get() = 8;
  require(cudaStreamSynchronize(streams.a), "synchronize");
  check_equal(value.host()[0], 8, "a copy from page-locked memory reads late");
}

void events_order_streams() {
  Streams streams;
  DeviceArray<int> value(std::vector<int>{1});
  cudaEvent_t event = nullptr, later = nullptr;
  require(cudaEventCreate(&event), "event");
  require(cudaEventCreate(&later), "event");
  int *v = value.get();
  require(start("increment", dim3(1), dim3(1), increment(v), streams.a), "launch");
  require(cudaEventRecord(event, streams.a), "record");
  require(cudaStreamWaitEvent(streams.b, event, 0), "wait");
  require(start(
              "triple", dim3(1), dim3(1), [v] { *v *= 3; }, streams.b),
          "launch");
  check_equal(cudaEventQuery(event), cudaErrorNotReady, "event query");
  float milliseconds = -1;
  check_equal(cudaEventElapsedTime(&milliseconds, event, event), cudaErrorNotReady, "elapsed");
  require(cudaEventRecord(later, streams.b), "record");
  require(cudaEventSynchronize(later), "event");
  check_equal(value.host()[0], 6, "increment before triple");
  require(cudaEventElapsedTime(&milliseconds, event, later), "elapsed");
  check(milliseconds >= 0, "time runs forward");
  require(cudaEventDestroy(event), "destroy");
  require(cudaEventDestroy(later), "destroy");
  check_equal(cudaEventDestroy(later), cudaErrorInvalidResourceHandle, "double destroy");
  cudaGetLastError();
}

void the_default_stream_joins_blocking_streams() {
  cudaStream_t blocking = nullptr;
  require(cudaStreamCreate(&blocking), "stream");
  DeviceArray<int> value(std::vector<int>{1});
  int *v = value.get();
  require(start("increment", dim3(1), dim3(1), increment(v), blocking), "launch");
  require(start("triple", dim3(1), dim3(1), [v] { *v *= 3; }), "launch");
  require(start("increment", dim3(1), dim3(1), increment(v), blocking), "launch");
  require(cudaStreamSynchronize(blocking), "synchronize");
  check_equal(value.host()[0], 7, "(1 + 1) * 3 + 1");
  require(cudaStreamDestroy(blocking), "destroy");
  check_equal(cudaStreamSynchronize(blocking), cudaErrorInvalidResourceHandle, "destroyed stream");
  cudaGetLastError();
}

void streams_belong_to_devices() {
  require(cudaSetDevice(1), "device");
  cudaStream_t there = nullptr;
  require(cudaStreamCreate(&there), "stream");
  require(cudaSetDevice(0), "device");
  check_equal(start(
                  "elsewhere", dim3(1), dim3(1), [] {}, there),
              cudaErrorInvalidResourceHandle, "launch on another device's stream");
  cudaEvent_t event = nullptr;
  require(cudaEventCreate(&event), "event");
  check_equal(cudaEventRecord(event, there), cudaErrorInvalidResourceHandle, "record");
  cudaGetLastError();
  cudaEventDestroy(event);
  cudaStreamDestroy(there);
  check_equal(cudaSetDevice(2), cudaErrorInvalidDevice, "no third device");
  cudaGetLastError();
}

void stream_ordered_memory() {
  Streams streams;
  void *memory = nullptr;
  require(cudaMallocAsync(&memory, 4, streams.a), "cudaMallocAsync");
  auto *value = static_cast<int *>(memory);
  require(start(
              "set", dim3(1), dim3(1), [value] { *value = 3; }, streams.a),
          "launch");
  require(cudaFreeAsync(memory, streams.a), "cudaFreeAsync");
  check_equal(sgconv_emulation_live("allocation"), 1, "freed in stream order");
  require(cudaStreamSynchronize(streams.a), "synchronize");
  check_equal(sgconv_emulation_live("allocation"), 0, "freed");
  require(cudaMallocAsync(&memory, 4, streams.a), "cudaMallocAsync");
  value = static_cast<int *>(memory);
  require(cudaFreeAsync(memory, streams.a), "cudaFreeAsync");
  require(start(
              "late", dim3(1), dim3(1), [value] { *value = 3; }, streams.a),
          "launch");
  check_equal(cudaStreamSynchronize(streams.a), cudaErrorIllegalAddress, "use after cudaFreeAsync");
  sgconv_emulation_reset();
  cudaGetLastError();
}

void graphs() {
  Streams streams;
  DeviceArray<int> value(std::vector<int>{0});
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  require(cudaStreamBeginCapture(streams.a, cudaStreamCaptureModeGlobal), "begin");
  require(start("increment", dim3(1), dim3(1), increment(value.get()), streams.a), "launch");
  require(start("increment", dim3(1), dim3(1), increment(value.get()), streams.a), "launch");
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  require(cudaStreamIsCapturing(streams.a, &status), "status");
  check_equal(status, cudaStreamCaptureStatusActive, "capturing");
  require(cudaStreamEndCapture(streams.a, &graph), "end");
  require(cudaStreamSynchronize(streams.a), "synchronize");
  check_equal(value.host()[0], 0, "captured work has not run");
  require(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
  require(cudaGraphLaunch(executable, streams.a), "launch");
  require(cudaGraphLaunch(executable, streams.b), "launch");
  require(cudaStreamSynchronize(streams.a), "synchronize");
  require(cudaStreamSynchronize(streams.b), "synchronize");
  check_equal(value.host()[0], 4, "two launches of two increments");
  require(cudaGraphExecDestroy(executable), "destroy");
  require(cudaGraphDestroy(graph), "destroy");

  require(cudaStreamBeginCapture(streams.a, cudaStreamCaptureModeGlobal), "begin");
  void *memory = nullptr;
  check_equal(cudaMalloc(&memory, 4), cudaErrorStreamCaptureUnsupported, "allocation in a capture");
  check_equal(cudaStreamEndCapture(streams.a, &graph), cudaErrorStreamCaptureInvalidated, "end");
  require(cudaStreamBeginCapture(streams.a, cudaStreamCaptureModeGlobal), "begin");
  check_equal(cudaStreamSynchronize(streams.a), cudaErrorStreamCaptureUnsupported, "wait");
  check_equal(cudaStreamEndCapture(streams.a, &graph), cudaErrorStreamCaptureInvalidated, "end");
  cudaGetLastError();
}

void injected_failures() {
  void *memory = nullptr;
  check_equal(sgconv_emulation_fail("allocation", 2, cudaErrorMemoryAllocation), 0, "fail");
  require(cudaMalloc(&memory, 4), "first allocation");
  void *second = nullptr;
  check_equal(cudaMalloc(&second, 4), cudaErrorMemoryAllocation, "second allocation");
  require(cudaMalloc(&second, 4), "third allocation");
  require(cudaFree(memory), "cudaFree");
  require(cudaFree(second), "cudaFree");
  check_equal(sgconv_emulation_fail("launch", 1, cudaErrorLaunchOutOfResources), 0, "fail");
  check_equal(start("no resources", dim3(1), dim3(1), [] {}), cudaErrorLaunchOutOfResources,
              "launch");
  cudaGetLastError();
  require(cudaDeviceSynchronize(), "the context is sound");
  check_equal(sgconv_emulation_fail("launch", 1, cudaErrorLaunchFailure), 0, "fail");
  check_equal(start("sticky", dim3(1), dim3(1), [] {}), cudaSuccess, "launch");
  check_equal(cudaDeviceSynchronize(), cudaErrorLaunchFailure, "synchronize");
  check_equal(cudaMalloc(&memory, 4), cudaErrorLaunchFailure, "poisoned context");
  check_equal(cudaGetLastError(), cudaErrorLaunchFailure, "sticky");
  check_equal(cudaGetLastError(), cudaErrorLaunchFailure, "sticky");
  sgconv_emulation_reset();
  check_equal(cudaGetLastError(), cudaSuccess, "reset");
  check_equal(sgconv_emulation_fail("nowhere", 1, 2), -1, "unknown point");
}

}  // namespace

int main() {
  work_waits_for_synchronization();
  pageable_copies_take_the_bytes_at_once();
  events_order_streams();
  the_default_stream_joins_blocking_streams();
  streams_belong_to_devices();
  stream_ordered_memory();
  graphs();
  injected_failures();
  for (const char *kind : {"allocation", "pinned", "stream", "event", "graph", "executable"}) {
    check_equal(sgconv_emulation_live(kind), 0, std::string(kind) + "s left");
  }
  return failures() == 0 ? 0 : 1;
}
