// Convolution beyond one block, in four steps over chunks that stay in the second-level cache.
#include "cuda/four_step/four_step.h"

#include <algorithm>
#include <array>

#include "cuda/plan/algorithm.h"
#include "cuda/plan/ranges.h"
#include "cuda/policy/policy.h"
#include "cuda/policy/sizes.h"
#include "cuda/ring/ring.h"
#include "cuda/synthesis/synthesis_launch.h"

namespace sgconv::cuda {

#define SGCONV_SIZE(size) extern const ColumnsSize columns_size_##size;
#include "columns_sizes.inc"
#undef SGCONV_SIZE
#define SGCONV_SIZE(size) extern const MiddleRowSize middle_row_size_##size;
#include "middle_rows_sizes.inc"
#undef SGCONV_SIZE

namespace {

constexpr int64_t kComplex = sizeof(Complex);
constexpr int64_t kMostSignals = 65535;  // of a chunk: the grid's y

const ColumnsSize &columns_of(int64_t count) {
  static const std::array table{
#define SGCONV_SIZE(size) &columns_size_##size,
#include "columns_sizes.inc"
#undef SGCONV_SIZE
  };
  return **std::find_if(table.begin(), table.end(), [=](auto *it) { return it->count == count; });
}

const MiddleRowSize &rows_of(int64_t size) {
  static const std::array table{
#define SGCONV_SIZE(size) &middle_row_size_##size,
#include "middle_rows_sizes.inc"
#undef SGCONV_SIZE
  };
  return **std::find_if(table.begin(), table.end(), [=](auto *it) { return it->size == size; });
}

const ColumnsSize &columns_of(const Parts &parts) {
  return columns_of(parts.size / parts.row_size);
}

bool runs_on(const Target &target, const Parts &parts) {
  return std::max(columns_of(parts).shared_bytes, rows_of(parts.row_size).shared_bytes) <=
         target.shared_bytes;
}

// Where the launches of a call go and what they have in common.
struct Launches {
  const Problem &problem;
  const ColumnsSize &columns;
  const MiddleRowSize &rows;
  const Complex *spectrum;
  void *stream;

  int64_t size() const { return problem.size; }
  const sgconv_convolution_geometry &geometry() const { return problem.geometry; }

  FourStepRows rows_of_part(const Part &part) const {
    return {narrow(geometry().hidden),   narrow(geometry().length),
            narrow(part.samples),        narrow(part.batch_first),
            narrow(part.channels.first), narrow(part.channels.count),
            narrow(rows.size),           turn_of(size())};
  }
  Head head(int64_t index) const { return {narrow(geometry().heads), narrow(index)}; }
  const Complex *spectrum_of(int64_t head, const Part &part) const {
    return spectrum + (head * geometry().hidden + part.channels.first) * size();
  }
  int64_t rows_of_member(const Part &part) const { return part.channels.count * columns.count; }

  void columns_in(const Part &part, Head of, const void *signal, const void *gate,
                  Complex *z) const {
    columns.in({rows_of_part(part), problem.dtype, of, signal, gate, z}, part.signals(), stream);
  }
  void columns_out(const Part &part, const ColumnsOutArguments &arguments) const {
    columns.out(arguments, part.signals(), stream);
  }
  void transform(const Part &part, const Complex *in, bool forward, const Complex *k, bool inverse,
                 Complex *out) const {
    rows.transform({in, forward, inverse, k, rows_of_member(part), out},
                   part.batch_count * rows_of_member(part), stream);
  }
  // In place: whole columns, transformed forward and scaled, or back.
  void columns_within(int64_t signals, bool forward, float scale, Complex *z) const {
    columns.within({narrow(rows.size), turn_of(size()), forward, scale, z}, signals, stream);
  }
};

void forward_part(const Launches &launches, const Part &part, const ForwardOperands &o,
                  Complex *z) {
  const int64_t heads = launches.geometry().heads;
  Complex *const of_head = heads > 1 ? z + part.signals() * launches.size() : z;
  launches.columns_in(part, kNoHead, o.u, o.pre, z);
  if (heads > 1) {
    launches.transform(part, z, true, nullptr, false, z);
  }
  for (int64_t head = 0; head < heads; ++head) {
    launches.transform(part, z, heads == 1, launches.spectrum_of(head, part), true, of_head);
    launches.columns_out(
        part, {launches.rows_of_part(part), launches.problem.dtype, of_head, nullptr, nullptr,
               kNoHead, o.post, launches.head(head), o.y, nullptr, false, true});
  }
}

// `sums` begin with this part's first channel; heads are `head_sums` numbers apart.
void backward_part(const Launches &launches, const Part &part, const BackwardOperands &o,
                   const Gradients &wanted, Complex *sums, int64_t head_sums, Complex *z) {
  const int64_t heads = launches.geometry().heads;
  const int64_t array = part.signals() * launches.size();
  const int32_t dtype = launches.problem.dtype;
  const bool signal = wanted.kernel || wanted.post;
  Complex *const g = signal ? z + array : z;
  Complex *const input = heads > 1 ? g + array : g;
  if (signal) {
    launches.columns_in(part, kNoHead, o.u, o.pre, z);
    launches.transform(part, z, true, nullptr, false, z);
  }
  if (wanted.post) {
    for (int64_t head = 0; head < heads; ++head) {
      launches.transform(part, z, false, launches.spectrum_of(head, part), true, g);
      launches.columns_out(
          part, {launches.rows_of_part(part), dtype, g, nullptr, nullptr, launches.head(head), o.dy,
                 kNoHead, o.dpost, heads > 1 ? reinterpret_cast<float *>(input) : nullptr, head > 0,
                 head == heads - 1});
    }
  }
  if (!wanted.kernel && !wanted.input) {
    return;
  }
  for (int64_t head = 0; head < heads; ++head) {
    launches.columns_in(part, launches.head(head), o.dy, o.post, g);
    launches.rows.backward({narrow(part.batch_count), launches.rows_of_member(part), z, g,
                            wanted.input ? launches.spectrum_of(head, part) : nullptr,
                            wanted.kernel ? sums + head * head_sums : nullptr, input,
                            part.batch_first == 0, head > 0, head == heads - 1},
                           launches.stream);
  }
  if (wanted.input) {
    launches.columns_out(
        part, {launches.rows_of_part(part), dtype, input, o.dpre == nullptr ? nullptr : o.u, o.dpre,
               kNoHead, o.pre, kNoHead, o.du, nullptr, false, true});
  }
}

// Arrays of N complex numbers that a chunk of backward has in the cache.
struct BackwardArrays {
  int64_t of_signal;
  int64_t of_channel;  // spectrum and sums

  BackwardArrays(int64_t heads, const Gradients &wanted)
      : of_signal(1 + (wanted.kernel || wanted.post ? 1 : 0) + (heads > 1 ? 1 : 0)),
        of_channel(heads * ((wanted.kernel ? 1 : 0) + (wanted.post || wanted.input ? 1 : 0))) {}
};

class FourStepConvolution final : public Algorithm {
 public:
  FourStepConvolution(const Problem &problem, const Parts &parts)
      : Algorithm(problem),
        columns_(columns_of(parts)),
        rows_(rows_of(parts.row_size)),
        geometry_(Algorithm::problem().geometry),
        array_bytes_(problem.size * kComplex),
        arrays_in_cache_(four_step_policy::cache_share(problem.target) / array_bytes_) {
    columns_.allow_shared();
    rows_.allow_shared();
  }

  void prepare(const float *kernel, const float *skip, Complex *spectrum,
               void *stream) const override {
    transform_kernels(spectrum, stream, [&](const Channels &rows) {
      launch_kernel_place(geometry_, problem().size, rows.first, rows.count, kernel, skip, false,
                          spectrum, stream);
    });
  }

  void synthesize(const sgconv_kernel_geometry &kernels, const float *weights, const float *decay,
                  const float *norm, const float *skip, float *kernel, Complex *spectrum,
                  void *stream) const override {
    transform_kernels(spectrum, stream, [&](const Channels &rows) {
      launch_synthesis_place(kernels, geometry_, problem().size, rows.first, rows.count, weights,
                             decay, norm, skip, kernel, spectrum, stream);
    });
  }

  WorkspaceBytes forward_bytes(int64_t batch) const override {
    const int64_t of_signal = forward_arrays() * array_bytes_;
    const int64_t most = signals_of_chunk(forward_arrays(), arrays_in_cache_, INT64_MAX);
    return {of_signal, of_signal * std::min(batch * geometry_.hidden, most)};
  }

  // One channel's spectrum stays in the cache over the batch.
  void forward(const ForwardOperands &o, Workspace workspace, void *stream) const override {
    const Launches launches = launches_of(o.spectrum, stream);
    const int64_t signals = signals_of_chunk(forward_arrays(), arrays_in_cache_, workspace.bytes);
    const int64_t batch = even_step(o.members.count, signals);
    each_channels(all(), signals / batch, [&](const Channels &channels) {
      each_part(channels, o.members, batch, [&](const Part &part) {
        forward_part(launches, part, o, static_cast<Complex *>(workspace.memory));
      });
    });
  }

  WorkspaceBytes backward_bytes(int64_t batch, const Gradients &wanted) const override {
    const BackwardArrays arrays(geometry_.heads, wanted);
    const int64_t most = std::min(batch * geometry_.hidden, most_signals(arrays));
    return {sums_bytes(wanted, 1) + arrays.of_signal * array_bytes_,
            sums_bytes(wanted, geometry_.hidden) + most * arrays.of_signal * array_bytes_};
  }

  void backward(const BackwardOperands &o, Workspace workspace, void *stream) const override {
    const Gradients wanted = gradients_of(o);
    const Launches launches = launches_of(o.spectrum, stream);
    each_channels(
        all(), channels_with_sums(wanted, workspace.bytes),
        [&](const Channels &channels) { backward(launches, o, wanted, channels, workspace); });
  }

 private:
  Channels all() const { return {0, geometry_.hidden}; }

  Launches launches_of(const Complex *spectrum, void *stream) const {
    return {problem(), columns_, rows_, spectrum, stream};
  }

  // For each signal of a chunk.
  int64_t forward_arrays() const { return geometry_.heads > 1 ? 2 : 1; }

  // So many that `arrays` for each are among the `in_cache`, and in `room` bytes.
  int64_t signals_of_chunk(int64_t arrays, int64_t in_cache, int64_t room) const {
    return std::clamp<int64_t>(std::min(in_cache, room / array_bytes_) / arrays, 1, kMostSignals);
  }

  // Of a chunk with so many channels. Less room is not less than what one signal takes.
  int64_t signals_with(const BackwardArrays &arrays, int64_t channels, int64_t room) const {
    return signals_of_chunk(arrays.of_signal, arrays_in_cache_ - channels * arrays.of_channel,
                            room);
  }
  int64_t most_signals(const BackwardArrays &arrays) const {
    return signals_with(arrays, 1, INT64_MAX);
  }

  // A row's sum over the batch is one block's, so channels are to fill the multiprocessors; the
  // rest of the cache is for members, over which a channel's spectrum and sums stay in it.
  int64_t channels_of_chunk(const BackwardArrays &arrays, int64_t room) const {
    const int64_t blocks = columns_.count / rows_.rows_of_block;
    const int64_t places = problem().target.multiprocessors * rows_.resident_blocks;
    const int64_t filling = ceil_divide(four_step_policy::kBlocksPerPlace * places, blocks);
    const int64_t in_cache = arrays_in_cache_ / (arrays.of_signal + arrays.of_channel);
    return std::clamp<int64_t>(std::min(filling, in_cache), 1,
                               signals_of_chunk(arrays.of_signal, INT64_MAX, room));
  }

  int64_t sums_bytes(const Gradients &wanted, int64_t channels) const {
    return wanted.kernel ? geometry_.heads * channels * array_bytes_ : 0;
  }

  // So many that their sums over the batch fit the workspace, beside as many signals as do any good
  // or at least one for each.
  int64_t channels_with_sums(const Gradients &wanted, int64_t bytes) const {
    if (!wanted.kernel) {
      return geometry_.hidden;
    }
    const BackwardArrays arrays(geometry_.heads, wanted);
    const int64_t room = bytes / array_bytes_;
    const int64_t useful = most_signals(arrays);
    int64_t most = room / (geometry_.heads + arrays.of_signal);
    if (most > useful) {
      most = (room - useful * arrays.of_signal) / geometry_.heads;
    }
    return std::clamp<int64_t>(most, 1, geometry_.hidden);
  }

  // Rows of a spectrum in their own memory, from coefficients that `place` puts there.
  template <class Place>
  void transform_kernels(Complex *spectrum, void *stream, Place &&place) const {
    const Launches launches = launches_of(nullptr, stream);
    const int64_t most = signals_of_chunk(1, arrays_in_cache_, INT64_MAX);
    each_channels({0, problem().channels()}, most, [&](const Channels &rows) {
      place(rows);
      Complex *const z = spectrum + rows.first * problem().size;
      launches.columns_within(rows.count, true, scale(), z);
      rows_.transform({z, true, false, nullptr, 1, z}, rows.count * columns_.count, stream);
    });
  }

  float scale() const { return static_cast<float>(1.0 / static_cast<double>(problem().size)); }

  // Of these channels in the whole batch.
  void backward(const Launches &launches, const BackwardOperands &o, const Gradients &wanted,
                const Channels &channels, Workspace workspace) const {
    const BackwardArrays arrays(geometry_.heads, wanted);
    auto *const sums = static_cast<Complex *>(workspace.memory);
    const int64_t of_sums = sums_bytes(wanted, channels.count);
    const int64_t room = workspace.bytes - of_sums;
    Complex *const z = sums + of_sums / kComplex;
    each_channels(channels, channels_of_chunk(arrays, room), [&](const Channels &some) {
      const int64_t most =
          std::max<int64_t>(signals_with(arrays, some.count, room) / some.count, 1);
      each_part(some, o.members, most, [&](const Part &part) {
        backward_part(launches, part, o, wanted,
                      sums + (some.first - channels.first) * problem().size,
                      channels.count * problem().size, z);
      });
    });
    if (wanted.kernel) {
      kernel_gradient(launches, o, channels, sums, z, room);
    }
  }

  // From the sums, through z.
  void kernel_gradient(const Launches &launches, const BackwardOperands &o,
                       const Channels &channels, const Complex *sums, Complex *z,
                       int64_t room) const {
    const int64_t most = signals_of_chunk(1, arrays_in_cache_, room);
    for (int64_t head = 0; head < geometry_.heads; ++head) {
      each_channels(channels, most, [&](const Channels &some) {
        const int64_t first = head * channels.count + some.first - channels.first;
        const Part part{some, 0, 1, geometry_.length};
        launches.transform(part, sums + first * problem().size, false, nullptr, true, z);
        launches.columns_within(some.count, false, 1.0f, z);
        const sgconv_cuda_rows rows{
            geometry_.heads, geometry_.hidden, geometry_.length, problem().size, 0, 1,
            some.first,      some.count};
        launch_kernel_gradient(rows, geometry_.kernel_length, geometry_.mode, head, z, false, o.dk,
                               o.dskip, launches.stream);
      });
    }
  }

  const ColumnsSize &columns_;
  const MiddleRowSize &rows_;
  const sgconv_convolution_geometry &geometry_;
  const int64_t array_bytes_;  // N complex numbers
  const int64_t arrays_in_cache_;
};

}  // namespace

std::unique_ptr<const Algorithm> four_step_convolution(Problem problem) {
  for (const Parts &parts : kParts) {
    if (parts.size >= problem.geometry.length && runs_on(problem.target, parts)) {
      problem.size = parts.size;
      return std::make_unique<const FourStepConvolution>(problem, parts);
    }
  }
  return nullptr;
}

int64_t largest_four_step_size(const Target &target) {
  int64_t largest = 0;
  for (const Parts &parts : kParts) {
    largest = runs_on(target, parts) ? parts.size : largest;
  }
  return largest;
}

}  // namespace sgconv::cuda
