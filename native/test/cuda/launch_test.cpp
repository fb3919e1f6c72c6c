// What a plan asks of the runtime: once a device and CUDA kernel, not for each plan, and nothing
// for each launch. What a launch costs.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "check.h"
#include "device.h"
#include "emulation/control.h"
#include "plan_cases.h"
#include "sgconv/cuda.h"

namespace {

using namespace sgconv::test;

// Sizes whose blocks need more than the 48 KiB that a launch gets without asking.
constexpr int64_t kSizes[] = {8192, 12288};

int64_t attributes() { return sgconv_emulation_count("attribute"); }

void select(int device) { require(cudaSetDevice(device), "cudaSetDevice"); }

// A block's five CUDA kernels.
constexpr int64_t kKernels = 5;

struct PlanCloser {
  void operator()(sgconv_cuda_plan *plan) const { sgconv_cuda_plan_destroy(plan); }
};
using Plan = std::unique_ptr<sgconv_cuda_plan, PlanCloser>;

sgconv_status create(int64_t size, Plan &plan) {
  const sgconv_convolution_geometry geometry{1, 1, size, size, SGCONV_CIRCULAR, 0};
  sgconv_cuda_plan *made = nullptr;
  const sgconv_status status = sgconv_cuda_plan_create(&geometry, SGCONV_FLOAT32, &made);
  plan.reset(made);
  return status;
}

// Plans a convolution on the current device, makes a spectrum of one channel, and waits.
sgconv_status prepare(int64_t size) {
  Plan plan;
  if (const sgconv_status status = create(size, plan); status != SGCONV_OK) {
    return status;
  }
  const auto count = static_cast<std::size_t>(size);
  DeviceArray<float> kernel(std::vector<float>(count, 1.0f)), spectrum(4 * count);
  const sgconv_status status =
      sgconv_cuda_plan_prepare(plan.get(), kernel.get(), nullptr, spectrum.get(), nullptr);
  require(cudaDeviceSynchronize(), "synchronize");
  return status;
}

void a_failed_attribute_is_asked_for_again() {
  select(0);
  for (int64_t nth = 1; nth <= 2; ++nth) {
    check_equal(sgconv_emulation_fail("attribute", nth, cudaErrorInvalidValue), 0, "fail");
    check_equal(prepare(kSizes[0]), SGCONV_DEVICE, "a plan whose attribute is refused");
    check_equal(sgconv_cuda_last_device_error(), cudaErrorInvalidValue, "its error");
  }
  check_equal(prepare(kSizes[0]), SGCONV_OK, "the next plan");
}

void attributes_are_set_once_a_device_and_kernel() {
  select(0);
  check_equal(prepare(kSizes[1]), SGCONV_OK, "first plan");
  const int64_t before = attributes();
  const int64_t queries = sgconv_emulation_count("query");
  check_equal(prepare(kSizes[1]), SGCONV_OK, "second plan");
  check_equal(attributes(), before, "attributes of the second plan");
  check_equal(sgconv_emulation_count("query"), queries, "questions about a device that is known");
  select(1);
  const int64_t carveouts = sgconv_emulation_live("carveout");
  check_equal(prepare(kSizes[1]), SGCONV_OK, "first plan on another device");
  check_equal(attributes(), before + 2 * kKernels,
              "attributes on another device: bytes and carveout");
  check_equal(sgconv_emulation_live("carveout"), carveouts + kKernels,
              "kernels that prefer shared memory");
  check_equal(prepare(kSizes[1]), SGCONV_OK, "second plan there");
  check_equal(attributes(), before + 2 * kKernels, "attributes of the second plan there");
}

// Little shared memory needs no leave, but as many blocks at a time as fit. (The backward pass's
// two CUDA kernels take more for what they put aside.)
void the_carveout_is_for_every_kernel_with_shared_memory() {
  select(0);
  const int64_t before = attributes();
  const int64_t carveouts = sgconv_emulation_live("carveout");
  check_equal(prepare(1024), SGCONV_OK, "a size within 48 KiB");
  check_equal(attributes(), before + kKernels + 2, "attributes: the carveout alone but for two");
  check_equal(sgconv_emulation_live("carveout"), carveouts + kKernels,
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
  check_equal(attributes(), before + 2 * 2 * kKernels,
              "attributes of eight threads on two devices");
}

// A plan belongs to the device that was current.
void another_device_is_refused() {
  select(0);
  Plan plan;
  check_equal(create(256, plan), SGCONV_OK, "plan_create");
  DeviceArray<float> kernel(std::size_t{256}), spectrum(std::size_t{512});
  select(1);
  check_equal(sgconv_cuda_plan_prepare(plan.get(), kernel.get(), nullptr, spectrum.get(), nullptr),
              SGCONV_INVALID_ARGUMENT, "a plan of another device");
  check(std::string(sgconv_cuda_last_error()).find("the plan is for device 0") != std::string::npos,
        sgconv_cuda_last_error());
}

// Of all threads that wait there.
int64_t waits_at_barriers(const Problem &problem, const Signals &signals) {
  sgconv_emulation_watch_barriers(1);
  int64_t before = 0, after = 0;
  for (int32_t number = 0; number < sgconv_emulation_barriers(); ++number) {
    before += sgconv_emulation_barrier_count(number);
  }
  convolve_by_plan(problem, signals, SGCONV_FLOAT32);
  for (int32_t number = 0; number < sgconv_emulation_barriers(); ++number) {
    after += sgconv_emulation_barrier_count(number);
  }
  sgconv_emulation_watch_barriers(0);
  return after - before;
}

// Members of other lengths are launches of their own, in which blocks that several rows share go
// round as often as there are members, not as often as a slice of the whole batch has.
void short_runs_take_few_turns() {
  select(0);
  Problem problem{SGCONV_CAUSAL, 8, 1, 32, 1000};  // slices of all eight, on a device this small
  const Signals signals = signals_for(problem, SGCONV_FLOAT32, kNone);
  const int64_t once = waits_at_barriers(problem, signals);
  check(once > 0, "barriers are counted");
  problem.lengths = {999, 1000, 1000, 1000, 1000, 1000, 1000, 1000};
  const int64_t twice = waits_at_barriers(problem, signals);
  check(twice < once + once / 4,
        "barriers of two runs: " + std::to_string(twice) + ", of one: " + std::to_string(once));
}

}  // namespace

int main() {
  a_failed_attribute_is_asked_for_again();
  attributes_are_set_once_a_device_and_kernel();
  the_carveout_is_for_every_kernel_with_shared_memory();
  threads_share_what_was_set();
  another_device_is_refused();
  short_runs_take_few_turns();
  return failures() == 0 ? 0 : 1;
}
