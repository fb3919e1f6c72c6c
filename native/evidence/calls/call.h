// Calls of the convolution whose launches are recorded from the library's own host code, on a
// device that does nothing.
#pragma once

#include "evidence/machine/warp.h"

namespace sgconv::evidence {

enum class Direction { kForward, kBackward, kPrepare };

struct Call {
  Direction direction = Direction::kForward;
  std::int32_t dtype = 0;  // sgconv_dtype
  std::int64_t batch = 1, hidden = 1, length = 1, heads = 1;
  std::int64_t short_lags = 0;  // of the kernel; 0: as many as the length

  std::int64_t lags() const { return short_lags > 0 ? short_lags : length; }
  bool gates = false;          // pre and post, and their gradients
  bool input_gradient = true;  // of backward
  bool kernel_gradient = true;
};

// Tensors of a call, by the part of their addresses that tells them apart.
enum Tensor : unsigned {
  kU = 1,
  kY,
  kDy,
  kDu,
  kPre,
  kPost,
  kDpre,
  kDpost,
  kSpectrum,
  kWorkspace,
  kKernel,
  kDk,
  kDskip,
  kSkip,
  kTensors
};
const char *name_of(unsigned tensor);

struct RecordedCall {
  std::int64_t size;  // of the transform
  std::vector<KernelCall> launches;
  std::vector<std::string> names;  // of the launches
  std::uint64_t bytes[kTensors];   // of each tensor, 0 where the call has none
};

// What is launched on one of these.
struct Device {
  int capability = 90;
  int multiprocessors = 132;
  std::uint64_t cache_bytes = 50 << 20;
};

// The device is set up once a process, before anything is recorded.
void use_device(const Device &device);
RecordedCall record(const Kernels &kernels, const Call &call);

}  // namespace sgconv::evidence
