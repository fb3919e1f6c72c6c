// Emulated devices that differ, contexts, and captures that end on another thread: as CUDA has
// them. Four devices: capability 7.5; 8.9 and busy; 9.0 without memory pools; 9.0.
#include <thread>

#include "emulated_kernels.h"

namespace {

using namespace sgconv::test;

int attribute(cudaDeviceAttr which, int device) {
  int value = -1;
  require(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
  return value;
}

int64_t contexts() { return sgconv_emulation_live("context"); }

void questions_make_no_context() {
  int count = 0;
  require(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
  check_equal(count, 4, "devices");
  const int capabilities[] = {75, 89, 90, 90};
  const int shared[] = {64, 99, 227, 227};
  for (int i = 0; i < count; ++i) {
    check_equal(10 * attribute(cudaDevAttrComputeCapabilityMajor, i) +
                    attribute(cudaDevAttrComputeCapabilityMinor, i),
                capabilities[i], "capability");
    check_equal(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, i), shared[i] * 1024, "shared");
    check_equal(attribute(cudaDevAttrMemoryPoolsSupported, i), i == 2 ? 0 : 1, "pools");
    char text[32];
    require(cudaDeviceGetPCIBusId(text, sizeof text, i), "cudaDeviceGetPCIBusId");
  }
  check_equal(contexts(), 0, "contexts");
}

void the_first_use_makes_the_context() {
  check_equal(cudaSetDevice(1), cudaErrorDevicesUnavailable, "a busy device");
  check_equal(cudaGetLastError(), cudaErrorDevicesUnavailable, "its error");
  check_equal(contexts(), 0, "contexts");
  require(cudaSetDevice(2), "cudaSetDevice");
  require(cudaSetDevice(2), "cudaSetDevice");
  check_equal(contexts(), 1, "contexts");
  cudaStream_t stream = nullptr;
  require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
  void *memory = nullptr;
  check_equal(cudaMallocAsync(&memory, 4, stream), cudaErrorNotSupported, "memory without a pool");
  require(cudaStreamDestroy(stream), "destroy");
  // Another thread has device 0, and what needs a context makes it.
  std::thread([] {
    cudaEvent_t event = nullptr;
    require(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "event");
    require(cudaEventDestroy(event), "destroy");
  }).join();
  check_equal(contexts(), 2, "contexts");
  check_equal(sgconv_emulation_fail("context", 1, cudaErrorMemoryAllocation), 0, "fail");
  check_equal(cudaSetDevice(3), cudaErrorMemoryAllocation, "a full device");
  require(cudaSetDevice(3), "a device that has room again");
  cudaGetLastError();
}

// A capture of one thread ends there, unless it is relaxed, and only that is free of the rest.
void captures_belong_to_threads() {
  require(cudaSetDevice(3), "cudaSetDevice");
  cudaStream_t stream = nullptr;
  cudaGraph_t graph = nullptr;
  require(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
  const auto end_elsewhere = [&] {
    cudaError_t error = cudaSuccess;
    std::thread([&] { error = cudaStreamEndCapture(stream, &graph); }).join();
    return error;
  };
  require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin");
  check_equal(end_elsewhere(), cudaErrorStreamCaptureWrongThread, "another thread ends it");
  check_equal(cudaStreamQuery(stream), cudaErrorStreamCaptureUnsupported, "the stream afterwards");
  check_equal(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated, "end");
  require(cudaStreamQuery(stream), "the stream is free");

  require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "begin");
  void *memory = nullptr;
  check_equal(cudaHostAlloc(&memory, 4, 0), cudaErrorStreamCaptureUnsupported, "pinned memory");
  check_equal(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureInvalidated, "end");

  require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "begin");
  require(cudaMalloc(&memory, 4), "memory beside a relaxed capture");
  require(cudaFree(memory), "cudaFree");
  require(end_elsewhere(), "another thread ends a relaxed capture");
  require(cudaGraphDestroy(graph), "destroy");

  require(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "begin");
  check_equal(sgconv_emulation_fail("capture", 1, cudaErrorStreamCaptureWrongThread), 0, "fail");
  check_equal(cudaStreamEndCapture(stream, &graph), cudaErrorStreamCaptureWrongThread, "end");
  require(cudaStreamEndCapture(stream, &graph), "the capture was still there");
  require(cudaGraphDestroy(graph), "destroy");
  require(cudaStreamDestroy(stream), "destroy");
  cudaGetLastError();
}

void copies_that_wait_are_counted() {
  sgconv_emulation_reset();
  check_equal(sgconv_emulation_count("waiting copies"), 0, "before");
  DeviceArray<char> array(8);
  void *host = nullptr;
  require(cudaMallocHost(&host, 8), "pinned memory");
  for (int i = 0; i < 2; ++i) {
    require(cudaMemcpyAsync(array.get(), host, 8, cudaMemcpyHostToDevice, nullptr), "copy");
    require(cudaMemcpyAsync(array.get(), host, 4, cudaMemcpyHostToDevice, nullptr), "copy");
    require(cudaDeviceSynchronize(), "synchronize");
  }
  check_equal(sgconv_emulation_count("waiting copies"), 2, "the most at a time");
  check_equal(sgconv_emulation_fail("copy", 1, cudaErrorUnknown), 0, "fail");
  check_equal(cudaMemcpyAsync(array.get(), host, 8, cudaMemcpyHostToDevice, nullptr),
              cudaErrorUnknown, "a copy that fails");
  cudaGetLastError();
  require(cudaFreeHost(host), "cudaFreeHost");
}

}  // namespace

int main() {
  questions_make_no_context();
  the_first_use_makes_the_context();
  captures_belong_to_threads();
  copies_that_wait_are_counted();
  return failures() == 0 ? 0 : 1;
}
