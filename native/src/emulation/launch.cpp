// Launches, and accesses of CUDA kernels to memory that is not theirs.
#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "emulation/block.h"
#include "emulation/dry_run.h"
#include "emulation/failures.h"
#include "emulation/machine.h"
#include "emulation/settings.h"

namespace sgconv::emulation {
namespace {

struct sigaction previous_action;
const void *fault_address = nullptr;
pthread_t working_thread;  // the one that runs CUDA kernels now

// Runs on the fiber's stack in place of the faulting instruction.
[[noreturn]] void report_access() {
  char text[96];
  std::snprintf(text, sizeof text, "access to device memory at %p that is not allocated",
                fault_address);
  block_runner().fault(cudaErrorIllegalAddress, text);
}

void on_fault(int signal, siginfo_t *info, void *context) {
  if (block_runner().running() && pthread_equal(pthread_self(), working_thread) != 0 &&
      machine().device_of(info->si_addr) != nullptr) {
    fault_address = info->si_addr;
    auto &registers = static_cast<ucontext_t *>(context)->uc_mcontext.gregs;
    const auto stack = static_cast<std::uintptr_t>(registers[REG_RSP]);
    // Below the red zone, aligned as on entry to a function.
    registers[REG_RSP] = static_cast<greg_t>(((stack - 128) & ~std::uintptr_t{15}) - 8);
    registers[REG_RIP] = reinterpret_cast<greg_t>(&report_access);
    return;
  }
  // Not ours: as if we had never been here.
  if ((previous_action.sa_flags & SA_SIGINFO) != 0) {
    previous_action.sa_sigaction(signal, info, context);
  } else if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
    previous_action.sa_handler(signal);
  } else {
    sigaction(SIGSEGV, &previous_action,
              nullptr);  // the instruction runs again and ends the process
  }
}

// Installed only while CUDA kernels run: the process, a JVM for one, has its own handler.
class FaultHandler {
 public:
  FaultHandler() {
    working_thread = pthread_self();
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    sigaction(SIGSEGV, &action, &previous_action);
  }
  ~FaultHandler() { sigaction(SIGSEGV, &previous_action, nullptr); }
  FaultHandler(const FaultHandler &) = delete;
  FaultHandler &operator=(const FaultHandler &) = delete;
};

cudaError_t run_now(const Launch &launch, int device_number) {
  Device &device = *machine().devices[static_cast<std::size_t>(device_number)];
  const Access access(device);
  Outcome outcome;
  {
    const FaultHandler handler;
    outcome = block_runner().run(launch, device.settings.shared_memory);
  }
  if (outcome.error == cudaSuccess) {
    if (const auto damage = device.memory.damage(); damage.has_value()) {
      outcome = {cudaErrorIllegalAddress,
                 std::string("CUDA kernel ") + launch.name + ": " + *damage};
    }
  }
  if (outcome.error != cudaSuccess) {
    machine().report = outcome.text;
  }
  return outcome.error;
}

bool is_sticky(int error) {
  return error == cudaErrorIllegalAddress || error == cudaErrorMisalignedAddress ||
         error == cudaErrorLaunchFailure;
}

// 48 KiB, unless cudaFuncSetAttribute has asked for more.
std::size_t shared_limit(int device, const void *function) {
  const auto found = machine().dynamic_shared.find({device, function});
  return std::max<std::size_t>(48 * 1024,
                               found == machine().dynamic_shared.end() ? 0 : found->second);
}

bool legal(const Launch &launch, int device) {
  const auto threads = static_cast<std::uint64_t>(launch.block.x) * launch.block.y * launch.block.z;
  return launch.grid.x >= 1 && launch.grid.x <= 0x7fffffffu && launch.grid.y >= 1 &&
         launch.grid.y <= 65535 && launch.grid.z >= 1 && launch.grid.z <= 65535 && threads >= 1 &&
         threads <= 1024 && launch.block.z <= 64 &&
         launch.dynamic_shared <= shared_limit(device, launch.function);
}

LaunchObserver &launch_observer() {
  static auto *const observer = new LaunchObserver();
  return *observer;
}

}  // namespace

void observe_launches(LaunchObserver observer) {
  const std::lock_guard guard(machine().lock);
  launch_observer() = std::move(observer);
}

cudaError_t launch(Launch launch) {
  const std::lock_guard guard(machine().lock);
  Device *device = nullptr;
  if (const cudaError_t error = machine().use(device); error != cudaSuccess) {
    return finish(error);
  }
  if (device->poisoned != cudaSuccess) {
    return finish(device->poisoned);
  }
  const auto stream = machine().stream_of(launch.stream);
  if (stream == nullptr || stream->device != device->number) {
    return finish(cudaErrorInvalidResourceHandle);
  }
  if (!legal(launch, device->number)) {
    return finish(cudaErrorInvalidConfiguration);
  }
  if (const LaunchObserver &observer = launch_observer(); observer != nullptr) {
    observer(launch);
    return finish(cudaSuccess);
  }
  const int injected = failure_at("launch");
  if (injected != 0 && !is_sticky(injected)) {
    return finish(static_cast<cudaError_t>(injected));
  }
  if (injected != 0) {
    return finish(machine().enqueue(stream, [injected, name = launch.name] {
      machine().report = std::string("CUDA kernel ") + name + ": injected failure";
      return static_cast<cudaError_t>(injected);
    }));
  }
  const int number = device->number;
  return finish(machine().enqueue(
      stream, [launch = std::move(launch), number] { return run_now(launch, number); }));
}

}  // namespace sgconv::emulation
