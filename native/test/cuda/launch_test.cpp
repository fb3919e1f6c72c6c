// What a launch asks of the runtime beside the launch: once a device and CUDA kernel, not each
// time.
#include <thread>

#include "check.h"
#include "device.h"
#include "emulation/control.h"
#include "sgconv/cuda.h"

namespace {

using namespace sgconv::test;

// Sizes whose blocks need more than the 48 KiB that a launch gets without asking.
constexpr int64_t kSizes[] = {8192, 12288};

int64_t attributes() { return sgconv_emulation_count("attribute"); }

void select(int device) { require(cudaSetDevice(device), "cudaSetDevice"); }

// Makes a spectrum of one channel on the current device, and waits.
sgconv_status prepare(int64_t size) {
  const sgconv_convolution_geometry geometry{1, 1, size, size, SGCONV_CIRCULAR, 0};
  const auto count = static_cast<std::size_t>(size);
  DeviceArray<float> kernel(std::vector<float>(count, 1.0f)), spectrum(2 * count);
  const sgconv_status status = sgconv_cuda_fused_prepare(&geometry, size, 0, 1, kernel.get(),
                                                         nullptr, spectrum.get(), nullptr);
  require(cudaDeviceSynchronize(), "synchronize");
  return status;
}

void a_failed_attribute_is_asked_for_again() {
  select(0);
  for (int64_t nth = 1; nth <= 2; ++nth) {
    check_equal(sgconv_emulation_fail("attribute", nth, cudaErrorInvalidValue), 0, "fail");
    check_equal(prepare(kSizes[0]), SGCONV_DEVICE, "a launch whose attribute is refused");
    check_equal(sgconv_cuda_last_device_error(), cudaErrorInvalidValue, "its error");
  }
  check_equal(prepare(kSizes[0]), SGCONV_OK, "the next launch");
}

void attributes_are_set_once_a_device_and_kernel() {
  select(0);
  check_equal(prepare(kSizes[1]), SGCONV_OK, "first launch");
  const int64_t before = attributes();
  const int64_t queries = sgconv_emulation_count("query");
  check_equal(prepare(kSizes[1]), SGCONV_OK, "second launch");
  check_equal(attributes(), before, "attributes of the second launch");
  check_equal(sgconv_emulation_count("query"), queries, "questions about a device that is known");
  select(1);
  const int64_t carveouts = sgconv_emulation_live("carveout");
  check_equal(prepare(kSizes[1]), SGCONV_OK, "first launch on another device");
  check_equal(attributes(), before + 2, "attributes on another device: bytes and carveout");
  check_equal(sgconv_emulation_live("carveout"), carveouts + 1,
              "kernels that prefer shared memory");
  check_equal(prepare(kSizes[1]), SGCONV_OK, "second launch there");
  check_equal(attributes(), before + 2, "attributes of the second launch there");
}

// Little shared memory needs no leave, but as many blocks at a time as fit.
void the_carveout_is_for_every_kernel_with_shared_memory() {
  select(0);
  const int64_t before = attributes();
  const int64_t carveouts = sgconv_emulation_live("carveout");
  check_equal(prepare(1024), SGCONV_OK, "a size within 48 KiB");
  check_equal(attributes(), before + 1, "attributes: the carveout alone");
  check_equal(sgconv_emulation_live("carveout"), carveouts + 1,
              "kernels that prefer shared memory");
}

void threads_share_what_was_set() {
  const int64_t before = attributes();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([i] {
      select(i % 2);
      check_equal(prepare(16384), SGCONV_OK, "a launch beside others");
    });
  }
  for (std::thread &each : threads) {
    each.join();
  }
  check_equal(attributes(), before + 4, "attributes of eight threads on two devices");
}

}  // namespace

int main() {
  a_failed_attribute_is_asked_for_again();
  attributes_are_set_once_a_device_and_kernel();
  the_carveout_is_for_every_kernel_with_shared_memory();
  threads_share_what_was_set();
  return failures() == 0 ? 0 : 1;
}
