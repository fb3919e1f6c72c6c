#include "evidence/calls/call.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <map>

#include "emulation/dry_run.h"
#include "evidence/count/traffic.h"
#include "sgconv/cuda.h"

namespace sgconv::evidence {
namespace {

// Names of functions, by the library's table of symbols: the compilers of host and device make the
// same name of a CUDA kernel.
class FunctionNames {
 public:
  const std::string &name(const void *function) {
    Dl_info info;
    if (dladdr(function, &info) == 0) {
      throw NotUnderstood("a launch of a function that is in no library");
    }
    auto &names = libraries_[info.dli_fname];
    if (names.empty()) {
      for (const Symbol &symbol : ElfFile::read(info.dli_fname).symbols()) {
        if (symbol.section != 0 && symbol.size > 0) {
          names[symbol.value] = symbol.name;
        }
      }
    }
    const auto offset = static_cast<std::uint64_t>(static_cast<const char *>(function) -
                                                   static_cast<const char *>(info.dli_fbase));
    const auto found = names.find(offset);
    if (found == names.end()) {
      throw NotUnderstood(std::string(info.dli_fname) + ": a CUDA kernel without a name");
    }
    return found->second;
  }

 private:
  std::map<std::string, std::map<std::uint64_t, std::string>> libraries_;
};

void check(sgconv_status status, const char *what) {
  if (status != SGCONV_OK) {
    throw NotUnderstood(std::string(what) + ": " + sgconv_cuda_last_error());
  }
}

// Memory of this many bytes; nothing is there.
class Memory {
 public:
  explicit Memory(RecordedCall &call) : call_(call) {}
  template <class T = void>
  T *of(Tensor tensor, std::int64_t bytes, bool wanted = true) {
    call_.bytes[tensor] = wanted ? static_cast<std::uint64_t>(bytes) : 0;
    const std::uint64_t address = static_cast<std::uint64_t>(tensor) << kTensorBits;
    return wanted && bytes > 0 ? reinterpret_cast<T *>(address) : nullptr;
  }

 private:
  RecordedCall &call_;
};

bool &device_is_set() {
  static bool set = false;
  return set;
}

Dimensions dimensions(const dim3 &size) { return {size.x, size.y, size.z}; }

void run(const Call &call, RecordedCall &recorded) {
  const sgconv_convolution_geometry geometry{call.heads,  call.hidden,   call.length,
                                             call.lags(), SGCONV_CAUSAL, 0};
  sgconv_cuda_plan *plan = nullptr;
  check(sgconv_cuda_plan_create(&geometry, call.dtype, &plan), "plan_create");
  const struct Owner {
    sgconv_cuda_plan *plan;
    ~Owner() { sgconv_cuda_plan_destroy(plan); }
  } owner{plan};
  check(sgconv_cuda_plan_transform_size(plan, &recorded.size), "plan_transform_size");
  std::int64_t spectrum_bytes = 0;
  check(sgconv_cuda_plan_spectrum_bytes(plan, &spectrum_bytes), "plan_spectrum_bytes");

  const std::int64_t element = call.dtype == SGCONV_FLOAT32 ? 4 : 2;
  const std::int64_t input = call.batch * call.hidden * call.length * element;
  const std::int64_t lags = call.heads * call.hidden * call.lags() * 4;
  const std::int64_t channels = call.heads * call.hidden * 4;
  Memory memory(recorded);
  const bool backward = call.direction == Direction::kBackward;
  auto *const spectrum = memory.of(kSpectrum, spectrum_bytes);
  if (call.direction == Direction::kPrepare) {
    check(sgconv_cuda_plan_prepare(plan, memory.of<float>(kKernel, lags),
                                   memory.of<float>(kSkip, channels), spectrum, nullptr),
          "plan_prepare");
    return;
  }
  const void *const u = memory.of(kU, input);
  const void *const pre = memory.of(kPre, input, call.gates);
  const void *const post = memory.of(kPost, input, call.gates);
  const int gradients = (call.input_gradient ? SGCONV_GRADIENT_INPUT : 0) |
                        (call.kernel_gradient ? SGCONV_GRADIENT_KERNEL : 0) |
                        (call.gates ? SGCONV_GRADIENT_POST : 0);
  std::int64_t least = 0, most = 0;
  check(sgconv_cuda_plan_workspace_bytes(plan, call.batch, backward ? gradients : 0, &least, &most),
        "plan_workspace_bytes");
  void *const workspace = memory.of(kWorkspace, most);
  if (!backward) {
    check(sgconv_cuda_plan_forward(plan, spectrum, call.batch, nullptr, u, pre, post,
                                   memory.of(kY, input * call.heads), workspace, most, nullptr),
          "plan_forward");
    return;
  }
  check(sgconv_cuda_plan_backward(plan, spectrum, call.batch, nullptr, u,
                                  memory.of(kDy, input * call.heads), pre, post,
                                  memory.of(kDu, input, call.input_gradient),
                                  memory.of<float>(kDk, lags, call.kernel_gradient),
                                  memory.of<float>(kDskip, channels, call.kernel_gradient),
                                  memory.of(kDpre, input, call.gates && call.input_gradient),
                                  memory.of(kDpost, input, call.gates), workspace, most, nullptr),
        "plan_backward");
}

}  // namespace

const char *name_of(unsigned tensor) {
  constexpr const char *kNames[] = {"",          "u",      "y",    "dy",    "du",
                                    "pre",       "post",   "dpre", "dpost", "spectrum",
                                    "workspace", "kernel", "dk",   "dskip", "skip"};
  return tensor < kTensors ? kNames[tensor] : tensor == tensor_of(kModuleMemory) ? "tables" : "?";
}

void use_device(const Device &device) {
  const auto set = [](const char *name, std::uint64_t value) {
    setenv(name, std::to_string(value).c_str(), 1);
  };
  set("SGCONV_EMULATED_DEVICES", 1);
  set("SGCONV_EMULATED_CAPABILITY", static_cast<std::uint64_t>(device.capability));
  set("SGCONV_EMULATED_MULTIPROCESSORS", static_cast<std::uint64_t>(device.multiprocessors));
  set("SGCONV_EMULATED_CACHE", device.cache_bytes);
  // What was read before would be another device.
  const auto is = [](cudaDeviceAttr attribute, std::uint64_t expected) {
    int value = 0;
    return cudaDeviceGetAttribute(&value, attribute, 0) == cudaSuccess &&
           static_cast<std::uint64_t>(value) == expected;
  };
  if (!is(cudaDevAttrMultiProcessorCount, static_cast<std::uint64_t>(device.multiprocessors)) ||
      !is(cudaDevAttrL2CacheSize, device.cache_bytes)) {
    throw NotUnderstood("the emulated device is another one");
  }
  device_is_set() = true;
}

RecordedCall record(const Kernels &kernels, const Call &call) {
  if (!device_is_set()) {
    throw NotUnderstood("a call is recorded before its device is set up");
  }
  static FunctionNames names;
  RecordedCall recorded{};
  std::string problem;
  emulation::observe_launches([&](const emulation::Launch &launch) {
    const std::string &symbol = names.name(launch.function);
    const auto kernel = kernels.find(symbol);
    if (kernel == kernels.end()) {
      problem = "no machine code of " + symbol;
      return;
    }
    KernelCall made{&kernel->second,
                    dimensions(launch.grid),
                    dimensions(launch.block),
                    launch.dynamic_shared,
                    {}};
    made.arguments.resize(launch.argument_bytes);
    std::memcpy(made.arguments.data(), launch.arguments, launch.argument_bytes);
    if (launch.argument_bytes != static_cast<std::size_t>(kernel->second.parameter_bytes)) {
      problem = symbol + ": other arguments than its machine code has";
    }
    recorded.launches.push_back(std::move(made));
    recorded.names.push_back(launch.name);
  });
  run(call, recorded);
  emulation::observe_launches({});
  if (!problem.empty()) {
    throw NotUnderstood(problem);
  }
  if (recorded.launches.empty()) {
    throw NotUnderstood("a call without launches");
  }
  return recorded;
}

}  // namespace sgconv::evidence
