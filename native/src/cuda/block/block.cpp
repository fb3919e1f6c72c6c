// Which sizes the convolution by one block a row has, and how rows are shared out.
#include "cuda/block/block.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "cuda/device/dtype.h"
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
    size.allow_shared(Algorithm::problem().target.shared_bytes);
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

  // Several heads park the spectrum of u, one a slot: in shared memory, or here.
  WorkspaceBytes forward_bytes(int64_t batch) const override {
    if (geometry_.heads == 1 || parks_in_shared()) {
      return {0, 0};
    }
    const int64_t blocks =
        std::min(forward_places(), ceil_divide(geometry_.hidden * batch, size_.rows));
    return {size_.array_bytes, size_.array_bytes * blocks};
  }

  void forward(const ForwardOperands &o, Workspace workspace, void *stream) const override {
    const bool in_memory = geometry_.heads > 1 && !parks_in_shared();
    const int64_t most = in_memory ? std::min(forward_places(), workspace.bytes / size_.array_bytes)
                                   : forward_places();
    each_part(all(), o.members, kMostRows / problem().channels(), [&](const Part &part) {
      const int64_t count = part.signals();
      const int64_t blocks = std::min(most, ceil_divide(count, size_.rows));
      const int64_t slots = blocks * size_.rows;
      const Place input = place(part, 1);
      size_.forward(
          {rows(part), narrow(count / slots), narrow(count % slots), problem().dtype, o.spectrum,
           input.of(o.u), input.of(o.pre), input.of(o.post), place(part, geometry_.heads).of(o.y),
           in_memory ? static_cast<Complex *>(workspace.memory) : nullptr},
          blocks, forward_shared(), stream);
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

  // Where the first row of a part lies in a tensor of so many heads.
  struct Place {
    int64_t bytes;

    template <class T>
    T *of(T *tensor) const {
      using Byte = std::conditional_t<std::is_const_v<T>, const char, char>;
      return tensor == nullptr ? nullptr : static_cast<Byte *>(tensor) + bytes;
    }
  };
  Place place(const Part &part, int64_t heads) const {
    const int64_t row = part.batch_first * heads * geometry_.hidden + part.channels.first;
    return {row * geometry_.length * bytes_of(problem().dtype)};
  }

  bool parks_in_shared() const {
    return size_.parks_input &&
           blocks_of(size_.shared_bytes + size_.array_bytes) >=
               std::min<int64_t>(size_.resident, blocks_of(size_.shared_bytes));
  }
  int forward_shared() const {
    return size_.shared_bytes + (geometry_.heads > 1 && parks_in_shared() ? size_.array_bytes : 0);
  }
  // Blocks with so much shared memory that a multiprocessor holds.
  int64_t blocks_of(int shared_bytes) const {
    return resident_blocks(problem().target, shared_bytes);
  }
  // Blocks of the forward pass that the device holds.
  int64_t forward_places() const {
    return problem().target.multiprocessors *
           std::min<int64_t>(size_.resident, blocks_of(forward_shared()));
  }
  int64_t backward_places() const {
    return std::min<int64_t>(size_.backward_resident, blocks_of(size_.backward_bytes));
  }

  // What of the backward pass lies in shared memory: no block less shall fit for it.
  BlockStorage storage() const {
    const int parked = size_.backward_bytes + size_.parked_bytes;
    if (blocks_of(parked) < backward_places()) {
      return BlockStorage::kMemory;
    }
    return size_.sums_bytes > 0 && blocks_of(parked + size_.sums_bytes) >= backward_places()
               ? BlockStorage::kParkedAndSums
               : BlockStorage::kParked;
  }
  int backward_shared() const {
    switch (storage()) {
      case BlockStorage::kMemory:
        return size_.backward_bytes;
      case BlockStorage::kParked:
        return size_.backward_bytes + size_.parked_bytes;
      default:
        return size_.backward_bytes + size_.parked_bytes + size_.sums_bytes;
    }
  }

  // Signals of the batch in a slice. A matter of the whole problem and the device, not of one
  // launch, so that sums do not depend on how the rows are cut.
  int64_t slice_width(int64_t batch) const {
    const int64_t bytes =
        (geometry_.heads + 2) * size_.size * static_cast<int64_t>(sizeof(Complex));
    const int64_t most = std::clamp<int64_t>(block_policy::kMostSliceBytes / bytes, 1, batch);
    return block_policy::slice_width(
        batch, geometry_.hidden, most,
        problem().target.multiprocessors * backward_places() * size_.rows);
  }

  // Complex numbers in memory for each slice and channel of what is put aside.
  struct Aside {
    int64_t sums, parked, input_sums;
  };
  Aside aside(const Gradients &wanted) const {
    const int64_t heads = geometry_.heads;
    const BlockStorage where = storage();
    const bool spectra = wanted.kernel || wanted.post;
    const int elsewhere = size_.kept + (where != BlockStorage::kMemory ? size_.parked : 0);
    return {wanted.kernel ? heads * size_.size : 0,
            spectra ? size_.size / size_.numbers * (size_.numbers - elsewhere) : 0,
            heads > 1 && (wanted.input || wanted.post) && where != BlockStorage::kParkedAndSums
                ? size_.size
                : 0};
  }

  // Of workspace for one channel in all members.
  int64_t channel_bytes(int64_t batch, const Gradients &wanted) const {
    const Aside numbers = aside(wanted);
    return (numbers.sums + numbers.parked + numbers.input_sums) *
           ceil_divide(batch, slice_width(batch)) * static_cast<int64_t>(sizeof(Complex));
  }

  BlockRows rows(const Part &part) const {
    return {narrow(geometry_.heads), narrow(geometry_.hidden), narrow(geometry_.length),
            narrow(part.samples), narrow(part.batch_count)};
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
    const int64_t places = slices * channels.count;
    const Aside numbers = aside(wanted);
    Complex *const sums = workspace;
    Complex *const parked = sums + numbers.sums * places;
    Complex *const input_sums = parked + numbers.parked * places;
    const int64_t most = kMostRows / (geometry_.heads * channels.count);
    each_part(channels, o.members, most, [&](const Part &part) {
      const int64_t first = part.batch_first / width;
      const int64_t count = ceil_divide(part.batch_first + part.batch_count, width) - first;
      const Place input = place(part, 1);
      size_.backward({rows(part),
                      narrow(channels.count),
                      narrow(width),
                      narrow(first),
                      narrow(count),
                      narrow(part.batch_first),
                      problem().dtype,
                      wanted.kernel,
                      storage(),
                      o.spectrum + channels.first * size_.size,
                      input.of(o.u),
                      input.of(o.pre),
                      input.of(o.post),
                      place(part, geometry_.heads).of(o.dy),
                      input.of(o.du),
                      input.of(o.dpre),
                      input.of(o.dpost),
                      sums,
                      parked,
                      input_sums},
                     backward_shared(), stream);
    });
    if (wanted.kernel) {
      size_.kernel_gradient(
          {geometry_.mode == SGCONV_CIRCULAR, slices > 1 ? size_.rows : 1, narrow(geometry_.heads),
           narrow(geometry_.hidden), narrow(geometry_.length), geometry_.kernel_length,
           kernel_lags(geometry_), narrow(channels.first), narrow(channels.count), narrow(slices),
           scale(), sums, o.dk, o.dskip},
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
