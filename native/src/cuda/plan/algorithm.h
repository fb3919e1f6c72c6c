// What a plan needs of an algorithm: whole rows by one block each, windows of them, or four steps.
#pragma once

#include <cstdint>
#include <memory>

#include "cuda/device/complex_number.h"
#include "cuda/lengths/runs.h"
#include "cuda/policy/policy.h"
#include "cuda/synthesis/synthesis.h"
#include "sgconv/cuda.h"

namespace sgconv::cuda {

// The convolution that is planned. Everything fits the 32 bits that CUDA kernels count in.
struct Problem {
  sgconv_convolution_geometry geometry;
  int32_t dtype;
  int64_t size;  // N
  Target target;

  // C * H
  int64_t channels() const { return geometry.heads * geometry.hidden; }
};

// Scratch memory on the device.
struct Workspace {
  void *memory;
  int64_t bytes;
};
// What a call needs at least, and what it can use.
struct WorkspaceBytes {
  int64_t least, most;
};

// Where operands are: cuda.h says what they are.
struct ForwardOperands {
  Members members;
  const Complex *spectrum;
  const void *u, *pre, *post;
  void *y;
};
struct BackwardOperands {
  Members members;
  const Complex *spectrum;
  const void *u, *dy, *pre, *post;
  void *du;
  float *dk, *dskip;
  void *dpre, *dpost;
};

// Which gradients are wanted.
struct Gradients {
  bool input, kernel, post;
};
inline Gradients gradients_of(const BackwardOperands &operands) {
  return {operands.du != nullptr || operands.dpre != nullptr,
          operands.dk != nullptr || operands.dskip != nullptr, operands.dpost != nullptr};
}

// Launches of one convolution. Outputs are not written beyond the signals' lengths.
class Algorithm {
 public:
  explicit Algorithm(const Problem &problem) : problem_(problem) {}
  virtual ~Algorithm() = default;
  Algorithm(const Algorithm &) = delete;
  Algorithm &operator=(const Algorithm &) = delete;

  const Problem &problem() const { return problem_; }

  virtual void prepare(const float *kernel, const float *skip, Complex *spectrum,
                       void *stream) const = 0;
  // `kernel` may be nullptr.
  virtual void synthesize(const sgconv_kernel_geometry &kernels, const float *weights,
                          const float *decay, const float *norm, const float *skip, float *kernel,
                          Complex *spectrum, void *stream) const = 0;

  virtual WorkspaceBytes forward_bytes(int64_t batch) const = 0;
  virtual void forward(const ForwardOperands &operands, Workspace workspace,
                       void *stream) const = 0;

  virtual WorkspaceBytes backward_bytes(int64_t batch, const Gradients &wanted) const = 0;
  virtual void backward(const BackwardOperands &operands, Workspace workspace,
                        void *stream) const = 0;

 private:
  const Problem problem_;
};

// A size N that this device runs, and picoseconds that a sample costs there by policy/costs.h; no
// size if there is none.
struct SizeChoice {
  int64_t size;
  double cost;
};
// The smallest of at least the geometry's length ...
SizeChoice block_size_for(const Problem &problem);
SizeChoice four_step_size_for(const Problem &problem);
// ... and the cheapest of windows. `problem.size` is ignored in all of these.
SizeChoice window_size_for(const Problem &problem);

// With such a size.
std::unique_ptr<const Algorithm> block_convolution(Problem problem, int64_t size);
std::unique_ptr<const Algorithm> window_convolution(Problem problem, int64_t size);
std::unique_ptr<const Algorithm> four_step_convolution(Problem problem, int64_t size);
// The largest size that this device can run.
int64_t largest_four_step_size(const Target &target);

}  // namespace sgconv::cuda
