// Which sizes the convolution by one block a row or window has, and how these are shared out.
#include "cuda/block/block.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "cuda/block/slice_groups.h"
#include "cuda/block/slices.h"
#include "cuda/block/windows.h"
#include "cuda/device/dtype.h"
#include "cuda/plan/algorithm.h"
#include "cuda/plan/ranges.h"
#include "cuda/policy/costs.h"
#include "cuda/policy/policy.h"

namespace sgconv::cuda {

#define SGCONV_SIZE(size) extern const BlockSize block_size_##size;
#include "block_sizes.inc"
#undef SGCONV_SIZE
#define SGCONV_SIZE(size) extern const WindowSize window_size_##size;
#include "windows_sizes.inc"
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

const auto &window_sizes() {
  static const std::array table{
#define SGCONV_SIZE(size) &window_size_##size,
#include "windows_sizes.inc"
#undef SGCONV_SIZE
  };
  return table;
}

const BlockSize &block_size_of(int64_t size) {
  return **std::find_if(sizes().begin(), sizes().end(),
                        [=](const BlockSize *it) { return it->size == size; });
}

bool runs_on(const Target &target, const BlockSize &size) {
  return size.shared_bytes <= target.shared_bytes;
}

// One head where rows are cut.
class BlockConvolution final : public Algorithm {
 public:
  BlockConvolution(const Problem &problem, const WindowSize *windows)
      : Algorithm(problem),
        size_(block_size_of(problem.size)),
        window_size_(windows),
        cut_(windows == nullptr ? kWholeRows : windows_of(problem.geometry, problem.size)),
        geometry_(Algorithm::problem().geometry) {
    size_.allow_shared(Algorithm::problem().target.shared_bytes);
    if (windows != nullptr) {
      windows->allow_shared(Algorithm::problem().target.shared_bytes);
    }
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
    forward(o, all(), workspace, stream);
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
      if (cuts() && wanted.post) {
        forward({o.members, o.spectrum, o.u, o.pre, o.dy, o.dpost}, channels, {}, stream);
      }
      if (!cuts() || wanted.input || wanted.kernel) {
        backward(o, wanted, channels, static_cast<Complex *>(workspace.memory), stream);
      }
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

  bool cuts() const { return window_size_ != nullptr; }
  // Rows or windows of all these channels that a member has.
  int64_t turns_of_member(const Channels &channels) const {
    return channels.count * cut_.count(geometry_.length);
  }
  RowWindows windows(int64_t lead, int64_t samples, int64_t first, int64_t members) const {
    return {narrow(lead),  narrow(cut_.step), narrow(cut_.period), narrow(cut_.count(samples)),
            narrow(first), narrow(members)};
  }

  void forward(const ForwardOperands &o, const Channels &channels, Workspace workspace,
               void *stream) const {
    const bool in_memory = geometry_.heads > 1 && !parks_in_shared();
    const int64_t most = in_memory ? std::min(forward_places(), workspace.bytes / size_.array_bytes)
                                   : forward_places();
    each_part(channels, o.members, kMostRows / (geometry_.heads * turns_of_member(channels)),
              [&](const Part &part) {
                const int64_t turns = part.batch_count * cut_.count(part.samples);
                const int64_t count = part.channels.count * turns;
                const int64_t blocks = std::min(most, ceil_divide(count, size_.rows));
                const int64_t slots = blocks * size_.rows;
                const Place input = place(part, 1);
                const BlockForwardArguments arguments{
                    rows(part, turns),
                    narrow(count / slots),
                    narrow(count % slots),
                    problem().dtype,
                    o.spectrum + channels.first * size_.size,
                    input.of(o.u),
                    input.of(o.pre),
                    input.of(o.post),
                    place(part, geometry_.heads).of(o.y),
                    in_memory ? static_cast<Complex *>(workspace.memory) : nullptr};
                if (cuts()) {
                  window_size_->forward(
                      {arguments, windows(cut_.ahead, part.samples, 0, part.batch_count)}, blocks,
                      stream);
                } else {
                  size_.forward(arguments, blocks, forward_shared(), stream);
                }
              });
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
           std::min<int64_t>(cuts() ? size_.resident : size_.forward_resident,
                             blocks_of(forward_shared()));
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

  // A matter of the whole problem and the device, not of one launch, so that sums do not depend on
  // how the rows are cut.
  Slices slices(int64_t batch) const {
    const int64_t turns = batch * cut_.count(geometry_.length);
    const int64_t bytes =
        (geometry_.heads + 2) * size_.size * static_cast<int64_t>(sizeof(Complex));
    const int64_t most = std::clamp<int64_t>(block_policy::kMostSliceBytes / bytes, 1, turns);
    const int64_t width = block_policy::slice_width(
        turns, geometry_.hidden, most,
        problem().target.multiprocessors * backward_places() * size_.rows);
    return {width, std::min(most, ceil_divide(turns, width))};
  }

  // Complex numbers in memory for each slice and channel of what is put aside.
  struct Aside {
    int64_t sums, parked, input_sums;
  };
  Aside aside(const Gradients &wanted) const {
    const int64_t heads = geometry_.heads;
    const BlockStorage where = storage();
    const bool spectra = wanted.kernel || (wanted.post && !cuts());
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
    const Slices cut = slices(batch);
    const int64_t all = batch * cut_.count(geometry_.length);
    return ((numbers.sums + numbers.parked + numbers.input_sums) * cut.most +
            numbers.sums * cut.groups(all)) *
           static_cast<int64_t>(sizeof(Complex));
  }

  // `turns`: rows or windows of a channel.
  BlockRows rows(const Part &part, int64_t turns) const {
    return {narrow(geometry_.heads), narrow(geometry_.hidden), narrow(geometry_.length),
            narrow(part.samples), narrow(turns)};
  }

  float scale() const { return static_cast<float>(1.0 / static_cast<double>(size_.size)); }

  BlockPrepareArguments prepare_arguments(const float *kernel, const float *skip, Complex *spectrum,
                                          int32_t directions, const Synthesis &synthesis,
                                          float *synthesized) const {
    RingKernel placed = ring_kernel(geometry_, size_.size, kernel, skip);
    placed.circular = placed.circular && !cuts();  // windows have the row's other end beside them
    return {placed, 0, problem().channels(), scale(), spectrum, directions, synthesis, synthesized};
  }

  // What the backward pass puts aside in the workspace.
  struct Arrays {
    Complex *sums, *parked, *input_sums, *groups;
  };
  Arrays arrays(const Aside &numbers, const Slices &cut, int64_t channels,
                Complex *workspace) const {
    const int64_t places = cut.most * channels;
    Complex *const parked = workspace + numbers.sums * places;
    Complex *const input_sums = parked + numbers.parked * places;
    return {workspace, parked, input_sums, input_sums + numbers.input_sums * places};
  }

  // Of these channels in the whole batch, whose sums fit the workspace. Rows or windows are counted
  // through the batch. As many as the slices have at a time make a round.
  void backward(const BackwardOperands &o, const Gradients &wanted, const Channels &channels,
                Complex *workspace, void *stream) const {
    const Slices cut = slices(o.members.count);
    const Aside numbers = aside(wanted);
    const Arrays aside = arrays(numbers, cut, channels.count, workspace);
    int64_t all = 0;
    each_run(o.members, 0, o.members.count, [&](int64_t, int64_t members, int64_t samples) {
      all += members * cut_.count(samples);
    });
    const bool grouped = wanted.kernel && cut.grouped(all);
    const auto end_round = [&](int64_t end) {
      const int64_t first = (end - 1) / cut.of_round() * cut.of_round();
      launch_add_slices(problem().target, numbers.sums * channels.count, cut.count(end - first),
                        aside.sums, first > 0, aside.groups, stream);
    };
    const int64_t most = kMostRows / (geometry_.heads * channels.count);
    int64_t done = 0;
    each_run(o.members, 0, o.members.count, [&](int64_t first, int64_t members, int64_t samples) {
      const int64_t of_member = cut_.count(samples);
      const int64_t turns = members * of_member;
      for (int64_t from = 0; from < turns;) {
        const int64_t in_round = done % cut.of_round();
        const int64_t count = std::min({turns - from, cut.of_round() - in_round, most});
        const Part part{channels, first + from / of_member, 0, samples};
        backward_part(o, wanted, part, from % of_member, count, in_round, cut.width, aside, stream);
        from += count;
        done += count;
        if (grouped && (done == all || done % cut.of_round() == 0)) {
          end_round(done);
        }
      }
    });
    if (wanted.kernel) {
      const int64_t sums = grouped ? cut.groups(all) : cut.count(all);
      size_.kernel_gradient(
          {geometry_.mode == SGCONV_CIRCULAR && !cuts(), sums > 1 ? size_.rows : 1,
           narrow(geometry_.heads), narrow(geometry_.hidden), narrow(geometry_.length),
           geometry_.kernel_length, kernel_lags(geometry_), narrow(channels.first),
           narrow(channels.count), narrow(sums), scale(), grouped ? aside.groups : aside.sums, o.dk,
           o.dskip},
          stream);
    }
  }

  // `count` rows or windows, from window `window` of the part's first member on; `in_round`: where
  // in the round they are.
  void backward_part(const BackwardOperands &o, const Gradients &wanted, const Part &part,
                     int64_t window, int64_t count, int64_t in_round, int64_t width,
                     const Arrays &aside, void *stream) const {
    const int64_t first = in_round / width;
    const Place input = place(part, 1);
    const BlockBackwardArguments arguments{rows(part, count),
                                           narrow(part.channels.count),
                                           narrow(width),
                                           narrow(first),
                                           narrow(ceil_divide(in_round + count, width) - first),
                                           narrow(in_round),
                                           problem().dtype,
                                           wanted.kernel,
                                           storage(),
                                           o.spectrum + part.channels.first * size_.size,
                                           input.of(o.u),
                                           input.of(o.pre),
                                           input.of(o.post),
                                           place(part, geometry_.heads).of(o.dy),
                                           input.of(o.du),
                                           input.of(o.dpre),
                                           input.of(o.dpost),
                                           aside.sums,
                                           aside.parked,
                                           aside.input_sums};
    if (cuts()) {
      window_size_->backward({arguments, windows(cut_.behind, part.samples, window, 0)},
                             backward_shared(), stream);
    } else {
      size_.backward(arguments, backward_shared(), stream);
    }
  }

  const BlockSize &size_;
  const WindowSize *const window_size_;  // nullptr: rows are whole
  const Windows cut_;
  const sgconv_convolution_geometry &geometry_;
};

}  // namespace

SizeChoice block_size_for(const Problem &problem) {
  const int64_t length = problem.geometry.length;
  const auto found = std::find_if(sizes().begin(), sizes().end(),
                                  [=](const BlockSize *it) { return it->size >= length; });
  if (found == sizes().end() || !runs_on(problem.target, **found)) {
    return {};
  }
  const int64_t size = (*found)->size;
  return {size, costs::of_block(size) * static_cast<double>(size) / static_cast<double>(length)};
}

SizeChoice window_size_for(const Problem &problem) {
  const sgconv_convolution_geometry &geometry = problem.geometry;
  SizeChoice best{};
  if (geometry.heads > 1 || geometry.length > kMostRows) {
    return best;
  }
  for (const WindowSize *each : window_sizes()) {
    const Windows cut = windows_of(geometry, each->size);
    // Each end of a circular row is wrapped into a window at most once.
    if (!runs_on(problem.target, block_size_of(each->size)) || cut.step == 0 ||
        problem.channels() * cut.count(geometry.length) > kMostRows ||
        (cut.period > 0 && each->size > geometry.length)) {
      continue;
    }
    const double cost = costs::kOfWindow * costs::of_block(each->size) *
                        static_cast<double>(each->size * cut.count(geometry.length)) /
                        static_cast<double>(geometry.length);
    if (best.size == 0 || cost < best.cost) {
      best = {each->size, cost};
    }
  }
  return best;
}

std::unique_ptr<const Algorithm> block_convolution(Problem problem, int64_t size) {
  problem.size = size;
  return std::make_unique<const BlockConvolution>(problem, nullptr);
}

std::unique_ptr<const Algorithm> window_convolution(Problem problem, int64_t size) {
  problem.size = size;
  const auto found = std::find_if(window_sizes().begin(), window_sizes().end(),
                                  [=](const WindowSize *it) { return it->size == size; });
  return std::make_unique<const BlockConvolution>(problem, *found);
}

}  // namespace sgconv::cuda
