// Which sizes the convolution by one block a row has, and how rows are shared out.
#include "cuda/block/block.h"

#include <algorithm>
#include <array>

#include "cuda/plan/algorithm.h"
#include "cuda/plan/ranges.h"
#include "cuda/policy/policy.h"

namespace sgconv::cuda {

#define SGCONV_SIZE(size) extern const BlockSize block_size_##size;
#include "block_sizes.inc"
#undef SGCONV_SIZE

namespace {

// A function's own, so that it is made after the sizes' constants.
const auto &sizes() {
  static const std::array table{
#define SGCONV_SIZE(size) &block_size_##size,
#include "block_sizes.inc"
#undef SGCONV_SIZE
  };
  return table;
}

// Smallest size of at least `length` whose blocks this device can run, or nullptr. Shared memory
// grows with the size.
const BlockSize *size_for(int64_t length, const Target &target) {
  const auto found = std::find_if(sizes().begin(), sizes().end(),
                                  [=](const BlockSize *it) { return it->size >= length; });
  return found != sizes().end() && (*found)->shared_bytes <= target.shared_bytes ? *found : nullptr;
}

class BlockConvolution final : public Algorithm {
 public:
  BlockConvolution(const Problem &problem, const BlockSize &size)
      : Algorithm(problem), size_(size), geometry_(Algorithm::problem().geometry) {
    size.allow_shared();
  }

  void prepare(const float *kernel, const float *skip, Complex *spectrum,
               void *stream) const override {
    size_.prepare(prepare_arguments(kernel, skip, spectrum, 0, {}, nullptr), stream);
  }

  void synthesize(const sgconv_kernel_geometry &kernels, const float *weights, const float *decay,
                  const float *norm, const float *skip, float *kernel, Complex *spectrum,
                  void *stream) const override {
    size_.prepare(
        prepare_arguments(nullptr, skip, spectrum, geometry_.mode == SGCONV_BIDIRECTIONAL ? 2 : 1,
                          {pieces_of(kernels), weights, decay, norm}, kernel),
        stream);
  }

  WorkspaceBytes forward_bytes(int64_t) const override { return {0, 0}; }

  void forward(const ForwardOperands &o, Workspace, void *stream) const override {
    each_part(all(), o.members, kMostRows / problem().channels(), [&](const Part &part) {
      const int64_t channels = problem().channels();
      const int64_t enough = enough_items(size_.resident);
      int64_t turns = std::min(block_policy::kMostTurns, part.batch_count);
      while (turns > 1 && channels * ceil_divide(part.batch_count, turns) < enough) {
        --turns;
      }
      const int64_t shares = ceil_divide(part.batch_count, turns);
      size_.forward({rows(part, shares, channels * shares, turns), problem().dtype, o.spectrum, o.u,
                     o.pre, o.post, o.y},
                    stream);
    });
  }

  WorkspaceBytes backward_bytes(int64_t batch, const Gradients &wanted) const override {
    const int64_t of_channel = channel_bytes(batch, wanted);
    return {of_channel, of_channel * geometry_.hidden};
  }

  void backward(const BackwardOperands &o, Workspace workspace, void *stream) const override {
    const Gradients wanted = gradients_of(o);
    const int64_t of_channel = channel_bytes(o.members.count, wanted);
    const int64_t most = of_channel == 0 ? geometry_.hidden : workspace.bytes / of_channel;
    each_channels(all(), std::min(most, geometry_.hidden), [&](const Channels &channels) {
      backward(o, wanted, channels, static_cast<Complex *>(workspace.memory), stream);
    });
  }

 private:
  Channels all() const { return {0, geometry_.hidden}; }

  // Items that keep the device busy.
  int64_t enough_items(int resident) const {
    return block_policy::kItemsPerPlace * problem().target.multiprocessors * resident * size_.rows;
  }

  // Signals of the batch in a slice. A matter of the whole problem, not of one launch, so that sums
  // do not depend on how the rows are cut.
  int64_t slice_width(int64_t batch) const {
    const int64_t arrays = geometry_.heads + (geometry_.heads > 1 ? 2 : 1);
    const int64_t bytes = arrays * size_.size * static_cast<int64_t>(sizeof(Complex));
    const int64_t most = std::clamp<int64_t>(block_policy::kMostSliceBytes / bytes, 1, batch);
    const int64_t busy = ceil_divide(enough_items(size_.backward_resident), geometry_.hidden);
    return ceil_divide(batch, std::clamp<int64_t>(busy, 1, most));
  }

  // Of workspace for one channel in all members.
  int64_t channel_bytes(int64_t batch, const Gradients &wanted) const {
    const int64_t heads = geometry_.heads;
    const int64_t arrays =
        (wanted.kernel ? heads : 0) + (wanted.kernel || wanted.post ? 1 : 0) + (heads > 1 ? 1 : 0);
    return arrays * ceil_divide(batch, slice_width(batch)) * size_.size *
           static_cast<int64_t>(sizeof(Complex));
  }

  BlockRows rows(const Part &part, int64_t shares, int64_t items, int64_t turns) const {
    return {narrow(geometry_.heads),
            narrow(geometry_.hidden),
            narrow(geometry_.length),
            narrow(part.samples),
            narrow(part.batch_first),
            narrow(part.batch_count),
            narrow(part.channels.first),
            narrow(part.channels.count),
            narrow(shares),
            narrow(items),
            narrow(turns)};
  }

  float scale() const { return static_cast<float>(1.0 / static_cast<double>(size_.size)); }

  BlockPrepareArguments prepare_arguments(const float *kernel, const float *skip, Complex *spectrum,
                                          int32_t directions, const Synthesis &synthesis,
                                          float *synthesized) const {
    return {ring_kernel(geometry_, size_.size, kernel, skip),
            0,
            problem().channels(),
            scale(),
            spectrum,
            directions,
            synthesis,
            synthesized};
  }

  // Of these channels in the whole batch, whose sums fit the workspace.
  void backward(const BackwardOperands &o, const Gradients &wanted, const Channels &channels,
                Complex *workspace, void *stream) const {
    const int64_t width = slice_width(o.members.count);
    const int64_t slices = ceil_divide(o.members.count, width);
    const int64_t array = slices * channels.count * size_.size;
    Complex *const sums = workspace;
    Complex *const parked = sums + (wanted.kernel ? geometry_.heads * array : 0);
    Complex *const input_sums = parked + (wanted.kernel || wanted.post ? array : 0);
    const int64_t most = kMostRows / (geometry_.heads * channels.count);
    each_part(channels, o.members, most, [&](const Part &part) {
      const int64_t first = part.batch_first / width;
      const int64_t shares = ceil_divide(part.batch_first + part.batch_count, width) - first;
      size_.backward({rows(part, shares, channels.count * shares, width), narrow(first),
                      problem().dtype, wanted.kernel, o.spectrum, o.u, o.pre, o.post, o.dy, o.du,
                      o.dpre, o.dpost, sums, parked, input_sums},
                     stream);
    });
    if (wanted.kernel) {
      const RingKernel kernel = ring_kernel(geometry_, size_.size, nullptr, nullptr);
      size_.kernel_gradient({geometry_.mode, narrow(geometry_.heads), narrow(geometry_.hidden),
                             narrow(geometry_.length), narrow(kernel.ahead), narrow(kernel.behind),
                             kernel.kernel_length, narrow(channels.first), narrow(channels.count),
                             narrow(slices), scale(), sums, o.dk, o.dskip},
                            stream);
    }
  }

  const BlockSize &size_;
  const sgconv_convolution_geometry &geometry_;
};

}  // namespace

std::unique_ptr<const Algorithm> block_convolution(Problem problem) {
  const BlockSize *const size = size_for(problem.geometry.length, problem.target);
  if (size == nullptr) {
    return nullptr;
  }
  problem.size = size->size;
  return std::make_unique<const BlockConvolution>(problem, *size);
}

}  // namespace sgconv::cuda
