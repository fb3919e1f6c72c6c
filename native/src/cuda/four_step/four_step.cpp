// Convolution beyond one block, in four steps over chunks that stay in the second-level cache.
#include "cuda/four_step/four_step.h"

#include <algorithm>
#include <array>

#include "cuda/four_step/chunks.h"
#include "cuda/plan/algorithm.h"
#include "cuda/plan/ranges.h"
#include "cuda/policy/costs.h"
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
constexpr int64_t kMostSignals = 32767;  // of a chunk: those of two sources are the grid's z

const ColumnsSize &columns_of(const Parts &parts) {
  static const std::array table{
#define SGCONV_SIZE(size) &columns_size_##size,
#include "columns_sizes.inc"
#undef SGCONV_SIZE
  };
  return **std::find_if(table.begin(), table.end(), [=](auto *it) {
    return it->row_size == parts.row_size && it->count * it->row_size == parts.size;
  });
}

const MiddleRowSize &rows_of(int64_t size) {
  static const std::array table{
#define SGCONV_SIZE(size) &middle_row_size_##size,
#include "middle_rows_sizes.inc"
#undef SGCONV_SIZE
  };
  return **std::find_if(table.begin(), table.end(), [=](auto *it) { return it->size == size; });
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
    return {narrow(geometry().hidden),  narrow(geometry().length), narrow(part.samples),
            narrow(part.batch_first),   narrow(part.batch_count),  narrow(part.channels.first),
            narrow(part.channels.count)};
  }
  Head head(int64_t index) const { return {narrow(geometry().heads), narrow(index)}; }
  const Complex *spectrum_of(int64_t head, const Part &part) const {
    return spectrum + (head * geometry().hidden + part.channels.first) * size();
  }
  int64_t rows_of_member(const Part &part) const { return part.channels.count * columns.count; }
  ChunkStep row_step() const {
    return {columns.count / rows.rows_of_block,
            problem.target.multiprocessors * rows.resident_blocks};
  }
  ChunkStep column_step() const {
    return {columns.blocks_of_signal, problem.target.multiprocessors * columns.resident_blocks};
  }

  void columns_in(const Part &part, const ColumnsSource &first,
                  const ColumnsSource &second = {}) const {
    columns.in({rows_of_part(part), problem.dtype, first, second}, stream);
  }
  void columns_out(const ColumnsOutArguments &arguments) const { columns.out(arguments, stream); }
  // Forward and back: through the spectrum, which one block reads for as many members as it can.
  void convolve(const Part &part, const Complex *in, const Complex *k, Complex *out) const {
    const int64_t turns = turns_of_rows(row_step(), {part.channels.count, part.batch_count});
    rows.transform(
        {narrow(part.batch_count), narrow(turns), rows_of_member(part), in, true, true, k, out},
        stream);
  }
  // One way, and times the spectrum if there is one.
  void transform(int64_t row_count, int64_t members, const Complex *in, bool forward,
                 const Complex *k, Complex *out) const {
    rows.transform({narrow(members), 1, row_count, in, forward, !forward, k, out}, stream);
  }
  // In place: whole columns, transformed forward and scaled, or back.
  void columns_within(int64_t signals, bool forward, float scale, Complex *z) const {
    columns.within({forward, scale, z}, signals, stream);
  }
};

void forward_part(const Launches &launches, const Part &part, const ForwardOperands &o,
                  Complex *z) {
  const int64_t heads = launches.geometry().heads;
  const int64_t rows = launches.rows_of_member(part);
  Complex *const of_head = heads > 1 ? z + part.signals() * launches.size() : z;
  launches.columns_in(part, {kNoHead, o.u, o.pre, z});
  if (heads > 1) {
    launches.transform(rows, part.batch_count, z, true, nullptr, z);
  }
  for (int64_t head = 0; head < heads; ++head) {
    if (heads > 1) {
      launches.transform(rows, part.batch_count, z, false, launches.spectrum_of(head, part),
                         of_head);
    } else {
      launches.convolve(part, z, launches.spectrum_of(head, part), z);
    }
    launches.columns_out({launches.rows_of_part(part), launches.problem.dtype, of_head, nullptr,
                          nullptr, kNoHead, o.post, launches.head(head), o.y, nullptr, false,
                          true});
  }
}

// Arrays of N complex numbers for each signal of a chunk of backward, one after the other: the
// signal, which becomes its convolution where there is one head; the gradient, which becomes the
// input's where there is one head and else the signal's convolution; the input's; sums over heads.
struct BackwardArrays {
  bool signal, gradient, input, sum;

  BackwardArrays(int64_t heads, const Gradients &wanted)
      : signal(wanted.kernel || wanted.post),
        gradient(wanted.kernel || wanted.input || heads > 1),
        input(heads > 1 && wanted.input),
        sum(heads > 1 && wanted.post) {}

  int64_t count() const {
    return int64_t{signal} + int64_t{gradient} + int64_t{input} + int64_t{sum};
  }
};

// `sums` begin with this part's first channel; heads are `head_sums` numbers apart.
void backward_part(const Launches &launches, const Part &part, const BackwardOperands &o,
                   const Gradients &wanted, Complex *sums, int64_t head_sums, Complex *z) {
  const int64_t heads = launches.geometry().heads;
  const int64_t array = part.signals() * launches.size();
  const int32_t dtype = launches.problem.dtype;
  const FourStepRows rows = launches.rows_of_part(part);
  const BackwardArrays arrays(heads, wanted);
  Complex *const x = arrays.signal ? z : nullptr;
  Complex *const g = z + (arrays.signal ? array : 0);
  Complex *const input = arrays.input ? g + array : g;
  auto *const sum = reinterpret_cast<float *>(input + array);
  Complex *const convolved = heads > 1 ? g : x;
  const bool gradient = wanted.kernel || wanted.input;
  for (int64_t head = 0; head < heads; ++head) {
    const ColumnsSource of_u{kNoHead, o.u, o.pre, head == 0 ? x : nullptr};
    const ColumnsSource of_dy{launches.head(head), o.dy, o.post, gradient ? g : nullptr};
    if (of_u.z != nullptr) {
      launches.columns_in(part, of_u, of_dy);
    } else if (of_dy.z != nullptr) {
      launches.columns_in(part, of_dy);
    }
    launches.rows.backward({narrow(part.batch_count), launches.rows_of_member(part), x, head == 0,
                            heads > 1 && head == 0, of_dy.z, launches.spectrum_of(head, part),
                            wanted.kernel ? sums + head * head_sums : nullptr,
                            part.batch_first == 0, wanted.input ? input : nullptr, head > 0,
                            head == heads - 1, wanted.post ? convolved : nullptr},
                           launches.stream);
    if (wanted.post) {
      launches.columns_out({rows, dtype, convolved, nullptr, nullptr, launches.head(head), o.dy,
                            kNoHead, o.dpost, arrays.sum ? sum : nullptr, head > 0,
                            head == heads - 1});
    }
  }
  if (wanted.input) {
    launches.columns_out({rows, dtype, input, o.dpre == nullptr ? nullptr : o.u, o.dpre, kNoHead,
                          o.pre, kNoHead, o.du, nullptr, false, true});
  }
}

class FourStepConvolution final : public Algorithm {
 public:
  FourStepConvolution(const Problem &problem, const Parts &parts)
      : Algorithm(problem),
        columns_(columns_of(parts)),
        rows_(rows_of(parts.row_size)),
        geometry_(Algorithm::problem().geometry),
        array_bytes_(problem.size * kComplex) {
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
    return {of_signal,
            of_signal * std::min(batch * geometry_.hidden, most_signals(forward_arrays()))};
  }

  void forward(const ForwardOperands &o, Workspace workspace, void *stream) const override {
    const Launches launches = launches_of(o.spectrum, stream);
    const Chunk chunk = cheapest_chunk(
        {launches.column_step(), launches.row_step(), 1, column_bytes(),
         array_bytes_ * (rows_.keeps ? 2 : 3), rows_.keeps ? array_bytes_ : 0, false,
         launch_bytes(1 + 2 * geometry_.heads)},
        geometry_.hidden, o.members.count, signals_in(workspace.bytes, forward_arrays()));
    each_channels(all(), chunk.channels, [&](const Channels &channels) {
      each_part(channels, o.members, chunk.members, [&](const Part &part) {
        forward_part(launches, part, o, static_cast<Complex *>(workspace.memory));
      });
    });
  }

  WorkspaceBytes backward_bytes(int64_t batch, const Gradients &wanted) const override {
    const int64_t arrays = BackwardArrays(geometry_.heads, wanted).count();
    const int64_t most = std::min(batch * geometry_.hidden, most_signals(arrays));
    return {sums_bytes(wanted, 1) + arrays * array_bytes_,
            sums_bytes(wanted, geometry_.hidden) + most * arrays * array_bytes_};
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

  // So many that `arrays` for each are in the cache.
  int64_t most_signals(int64_t arrays) const {
    return std::clamp<int64_t>(
        four_step_policy::cache_share(problem().target) / (arrays * array_bytes_), 1, kMostSignals);
  }
  // And in as much memory, which is enough for one.
  int64_t signals_in(int64_t bytes, int64_t arrays) const {
    return std::min(most_signals(arrays), bytes / (arrays * array_bytes_));
  }

  // Through the second-level cache for the columns of a signal: numbers and, as if they were
  // float32, samples.
  int64_t column_bytes() const { return array_bytes_ + array_bytes_ / 2; }
  int64_t launch_bytes(int64_t launches) const {
    return launches * four_step_policy::kLaunchBytes * problem().target.multiprocessors;
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
    const int64_t arrays = BackwardArrays(geometry_.heads, wanted).count();
    const int64_t room = bytes / array_bytes_;
    const int64_t useful = most_signals(arrays);
    const int64_t most =
        std::max(room / (geometry_.heads + arrays), (room - useful * arrays) / geometry_.heads);
    return std::clamp<int64_t>(most, 1, geometry_.hidden);
  }

  // Rows of a spectrum in their own memory, from coefficients that `place` puts there.
  template <class Place>
  void transform_kernels(Complex *spectrum, void *stream, Place &&place) const {
    const Launches launches = launches_of(nullptr, stream);
    each_channels({0, problem().channels()}, most_signals(1), [&](const Channels &rows) {
      place(rows);
      Complex *const z = spectrum + rows.first * problem().size;
      launches.columns_within(rows.count, true, scale(), z);
      launches.transform(rows.count * columns_.count, 1, z, true, nullptr, z);
    });
  }

  float scale() const { return static_cast<float>(1.0 / static_cast<double>(problem().size)); }

  // Of these channels in the whole batch.
  void backward(const Launches &launches, const BackwardOperands &o, const Gradients &wanted,
                const Channels &channels, Workspace workspace) const {
    auto *const sums = static_cast<Complex *>(workspace.memory);
    const int64_t of_sums = sums_bytes(wanted, channels.count);
    const int64_t room = workspace.bytes - of_sums;
    Complex *const z = sums + of_sums / kComplex;
    const int64_t arrays = BackwardArrays(geometry_.heads, wanted).count();
    // A row's sum over the batch is one block's. Rows of u, of dy and of the spectrum are read, and
    // those of du written; what is not kept, read and written.
    const int64_t sum = wanted.kernel ? 2 : 0;
    const Chunk chunk = cheapest_chunk(
        {launches.column_step(), launches.row_step(), 2, column_bytes(),
         array_bytes_ * (rows_.keeps ? 4 : 6 + sum), rows_.keeps ? array_bytes_ * sum : 0, true,
         launch_bytes(2 * geometry_.heads + 1)},
        channels.count, o.members.count, signals_in(room, arrays));
    each_channels(channels, chunk.channels, [&](const Channels &some) {
      each_part(some, o.members, chunk.members, [&](const Part &part) {
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
    const int64_t most = signals_in(room, 1);
    for (int64_t head = 0; head < geometry_.heads; ++head) {
      each_channels(channels, most, [&](const Channels &some) {
        const int64_t first = head * channels.count + some.first - channels.first;
        launches.transform(some.count * columns_.count, 1, sums + first * problem().size, false,
                           nullptr, z);
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
};

}  // namespace

SizeChoice four_step_size_for(const Problem &problem) {
  const int64_t length = problem.geometry.length;
  for (const Parts &parts : kParts) {
    if (parts.size >= length && runs_on(problem.target, parts)) {
      return {parts.size,
              costs::kFourStep * static_cast<double>(parts.size) / static_cast<double>(length)};
    }
  }
  return {};
}

std::unique_ptr<const Algorithm> four_step_convolution(Problem problem, int64_t size) {
  problem.size = size;
  const auto found = std::find_if(kParts.begin(), kParts.end(),
                                  [=](const Parts &parts) { return parts.size == size; });
  return std::make_unique<const FourStepConvolution>(problem, *found);
}

int64_t largest_four_step_size(const Target &target) {
  int64_t largest = 0;
  for (const Parts &parts : kParts) {
    largest = runs_on(target, parts) ? parts.size : largest;
  }
  return largest;
}

}  // namespace sgconv::cuda
