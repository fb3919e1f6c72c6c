// Device memory of the emulated device: nobody touches it but the device, and only what is
// allocated.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "emulated_kernels.h"

namespace {

using namespace sgconv::test;

// The signal that ends a child process running `body`, 0 if it ends by itself.
template <class Body>
int signal_of(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void host_accesses_fault() {
  DeviceArray<float> array(std::vector<float>{1, 2, 3});
  volatile float *address = array.get();
  check_equal(signal_of([address] { (void)address[0]; }), SIGSEGV, "host read");
  check_equal(signal_of([address] { address[1] = 4; }), SIGSEGV, "host write");
  check_equal(signal_of([] {}), 0, "no access");
  // Also after the device has worked.
  float *values = array.get();
  check_equal(run("add", dim3(1), dim3(3), [values] { values[threadIdx.x] += 1; }), cudaSuccess,
              "add");
  check_equal(signal_of([address] { (void)address[0]; }), SIGSEGV, "host read after a launch");
  check(array.host() == std::vector<float>({2, 3, 4}), "values");
}

void accesses_outside_are_reported() {
  DeviceArray<float> array(100);
  float *values = array.get();
  const auto store = [](float *target) { return [target] { *target = 1; }; };
  must_fault("just beyond", dim3(1), cudaErrorIllegalAddress, "beyond", store(values + 100));
  must_fault("just before", dim3(1), cudaErrorIllegalAddress, "before", store(values - 1));
  must_fault("far beyond", dim3(1), cudaErrorIllegalAddress, "not allocated", store(values + 4096));
}

void use_after_free_is_reported() {
  void *memory = nullptr;
  require(cudaMalloc(&memory, 64), "cudaMalloc");
  auto *value = static_cast<int *>(memory);
  require(cudaFree(memory), "cudaFree");
  must_fault("use after free", dim3(1), cudaErrorIllegalAddress, "not allocated",
             [value] { *value = 1; });
  check_equal(cudaFree(memory), cudaErrorInvalidValue, "double free");
  cudaGetLastError();
}

void other_devices_are_closed() {
  require(cudaSetDevice(1), "cudaSetDevice");
  DeviceArray<int> there(4);
  require(cudaSetDevice(0), "cudaSetDevice");
  int *value = there.get();
  must_fault("another device's memory", dim3(1), cudaErrorIllegalAddress, "not allocated",
             [value] { *value = 1; });
  DeviceArray<int> here(std::vector<int>{1, 2, 3, 4});
  require(cudaMemcpy(there.get(), here.get(), 16, cudaMemcpyDeviceToDevice), "peer copy");
  check(there.host() == std::vector<int>({1, 2, 3, 4}), "peer copy");
}

void misaligned_access() {
  struct alignas(16) Four {
    float element[4];
  };
  DeviceArray<float> array(8);
  float *values = array.get();
  must_fault("misaligned", dim3(1), cudaErrorMisalignedAddress, "16 bytes",
             [values] { *SGCONV_ACCESS(reinterpret_cast<Four *>(values + 1)) = Four{}; });
}

void alignment_and_contents() {
  for (const std::size_t size : {1ul, 255ul, 4096ul, 5000ul}) {
    DeviceArray<unsigned char> array(size);
    check_equal(reinterpret_cast<std::uintptr_t>(array.get()) % 256, 0u, "alignment");
    const auto bytes = array.host();
    check(std::all_of(bytes.begin(), bytes.end(), [](unsigned char b) { return b == 0xff; }),
          "fresh memory is a NaN pattern");
  }
}

void exhaustion() {
  std::size_t free = 0, total = 0;
  require(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  void *memory = nullptr;
  check_equal(cudaMalloc(&memory, free + 1), cudaErrorMemoryAllocation, "too much");
  check(memory == nullptr, "no pointer");
  check_equal(cudaGetLastError(), cudaErrorMemoryAllocation, "last error");
  require(cudaMalloc(&memory, 1 << 20), "cudaMalloc");
  std::size_t less = 0;
  require(cudaMemGetInfo(&less, &total), "cudaMemGetInfo");
  check_equal(free - less, 1u << 20, "used memory");
  require(cudaFree(memory), "cudaFree");
}

void directions() {
  DeviceArray<char> array(16);
  char host[16] = {};
  check_equal(cudaMemcpy(array.get(), host, 17, cudaMemcpyHostToDevice), cudaErrorInvalidValue,
              "beyond the allocation");
  check_equal(cudaMemcpy(array.get(), host, 16, cudaMemcpyDeviceToHost), cudaErrorInvalidValue,
              "wrong direction");
  check_equal(cudaMemcpy(array.get(), host, 16, static_cast<cudaMemcpyKind>(9)),
              cudaErrorInvalidMemcpyDirection, "unknown direction");
  check_equal(cudaMemcpy(array.get(), host, 16, cudaMemcpyDefault), cudaSuccess, "default");
  cudaGetLastError();
}

// Stretches of rows that lie further apart than they are long.
void rows() {
  DeviceArray<char> source(std::vector<char>{1, 2, 3, 4, 5, 6});
  DeviceArray<char> target(std::vector<char>(8, 0));
  const auto copy = [&](std::size_t pitch, std::size_t height, cudaMemcpyKind kind) {
    return cudaMemcpy2DAsync(target.get() + 1, 4, source.get() + 1, pitch, 2, height, kind,
                             nullptr);
  };
  check_equal(copy(3, 2, cudaMemcpyDeviceToDevice), cudaSuccess, "rows");
  check(target.host() == std::vector<char>({0, 2, 3, 0, 0, 5, 6, 0}), "copied rows");
  check_equal(copy(1, 2, cudaMemcpyDeviceToDevice), cudaErrorInvalidPitchValue, "overlapping rows");
  check_equal(copy(std::size_t{1} << 31, 1, cudaMemcpyDeviceToDevice), cudaErrorInvalidPitchValue,
              "rows too far apart");
  check_equal(copy(4, 2, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue, "beyond the allocation");
  check_equal(copy(3, 2, cudaMemcpyHostToDevice), cudaErrorInvalidMemcpyDirection, "direction");
  check_equal(copy(3, 0, cudaMemcpyDeviceToDevice), cudaSuccess, "no rows");
  cudaGetLastError();
}

// Whose memory an address is.
void attributes_of_pointers() {
  const auto attributes_of = [](const void *address) {
    cudaPointerAttributes found{};
    require(cudaPointerGetAttributes(&found, address), "cudaPointerGetAttributes");
    return found;
  };
  require(cudaSetDevice(1), "cudaSetDevice");
  DeviceArray<char> there(100);
  require(cudaSetDevice(0), "cudaSetDevice");
  void *here = nullptr;
  require(cudaMalloc(&here, 100), "cudaMalloc");
  const auto *start = static_cast<const char *>(here);

  check_equal(attributes_of(there.get()).type, cudaMemoryTypeDevice, "another device's");
  check_equal(attributes_of(there.get()).device, 1, "another device");
  for (const char *inside : {start, start + 99}) {
    const cudaPointerAttributes found = attributes_of(inside);
    check_equal(found.type, cudaMemoryTypeDevice, "memory of the device");
    check_equal(found.device, 0, "the device");
    check(found.devicePointer == inside && found.hostPointer == nullptr, "its addresses");
  }
  check_equal(attributes_of(start + 100).type, cudaMemoryTypeUnregistered, "just beyond");
  check_equal(attributes_of(start - 1).type, cudaMemoryTypeUnregistered, "just before");
  require(cudaFree(here), "cudaFree");
  check_equal(attributes_of(start).type, cudaMemoryTypeUnregistered, "freed");

  char ordinary[8] = {};
  check_equal(attributes_of(ordinary).type, cudaMemoryTypeUnregistered, "ordinary memory");
  check_equal(attributes_of(ordinary).device, cudaInvalidDeviceId, "of no device");
  check_equal(attributes_of(nullptr).type, cudaMemoryTypeUnregistered, "null");
  require(cudaHostRegister(ordinary, sizeof ordinary, 0), "cudaHostRegister");
  check_equal(attributes_of(ordinary + 7).type, cudaMemoryTypeHost, "registered memory");
  check(attributes_of(ordinary).hostPointer == ordinary, "its address");
  require(cudaHostUnregister(ordinary), "cudaHostUnregister");
  check_equal(cudaPointerGetAttributes(nullptr, here), cudaErrorInvalidValue, "no place for them");
  cudaGetLastError();
}

// What a CUDA kernel may have of shared memory is set for one device at a time.
void shared_memory_by_device() {
  static const int kernel = 0;
  constexpr int kBytes = 64 * 1024;
  const auto launch = [](int device) {
    require(cudaSetDevice(device), "cudaSetDevice");
    return sgconv::emulation::launch(
        {"large block", &kernel, dim3(1), dim3(1), kBytes, nullptr, [] {}});
  };
  require(cudaSetDevice(1), "cudaSetDevice");
  require(cudaFuncSetAttribute(&kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kBytes),
          "cudaFuncSetAttribute");
  check_equal(launch(1), cudaSuccess, "on the device that was told");
  check_equal(launch(0), cudaErrorInvalidConfiguration, "on the other one");
  cudaGetLastError();
}

}  // namespace

int main() {
  host_accesses_fault();
  accesses_outside_are_reported();
  use_after_free_is_reported();
  other_devices_are_closed();
  misaligned_access();
  alignment_and_contents();
  exhaustion();
  directions();
  rows();
  attributes_of_pointers();
  shared_memory_by_device();
  check_equal(sgconv_emulation_live("allocation"), 0, "allocations left");
  return failures() == 0 ? 0 : 1;
}
