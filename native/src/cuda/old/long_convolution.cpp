// Convolution beyond one block, in four steps over chunks that stay in the second-level cache.
#include <algorithm>
#include <array>

#include "cuda/four_step/four_step.h"
#include "cuda/old/kernels.h"
#include "cuda/policy/policy.h"
#include "cuda/policy/sizes.h"

namespace sgconv::cuda {

#define SGCONV_SIZE(size) extern const ColumnsSize columns_size_##size;
#include "columns_sizes.inc"
#undef SGCONV_SIZE
#define SGCONV_SIZE(size) extern const MiddleRowSize middle_row_size_##size;
#include "middle_rows_sizes.inc"
#undef SGCONV_SIZE

namespace {

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

bool runs_on(const Target &target, const Parts &policy) {
  return std::max(columns_of(policy.size / policy.row_size).shared_bytes,
                  rows_of(policy.row_size).shared_bytes) <= target.shared_bytes;
}

constexpr int64_t kComplex = sizeof(Complex);
constexpr int64_t kMostSignals = 65535;  // of a chunk: the grid's y

int32_t narrow(int64_t value) { return static_cast<int32_t>(value); }

int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The step that makes as many parts as steps of `most` would, and about equal ones.
int64_t even_step(int64_t count, int64_t most) {
  return ceil_divide(count, ceil_divide(count, most));
}

// Of N complex numbers, in half of the second-level cache.
int64_t arrays_in_cache(const FourStepSize &size) {
  return current_target().cache_bytes / 2 / (size.size * kComplex);
}

// Signals of a chunk: so many that `arrays` of N complex numbers for each are `in_cache`, and in
// `room` bytes.
int64_t signals_of_chunk(const FourStepSize &size, int64_t arrays, int64_t in_cache, int64_t room) {
  return std::clamp<int64_t>(std::min(in_cache, room / (size.size * kComplex)) / arrays, 1,
                             kMostSignals);
}

// Calls `body` with parts of `rows`, h by h and each in the order of the batch: of `hidden_most`
// channels, and of batch_most(channels) members.
template <class BatchMost, class Body>
void each_chunk(const sgconv_cuda_rows &rows, int64_t hidden_most, BatchMost &&batch_most,
                Body &&body) {
  sgconv_cuda_rows part = rows;
  const int64_t hidden_end = rows.hidden_first + rows.hidden_count;
  const int64_t batch_end = rows.batch_first + rows.batch_count;
  const int64_t hidden_step = even_step(rows.hidden_count, hidden_most);
  for (int64_t h = rows.hidden_first; h < hidden_end; h += hidden_step) {
    part.hidden_first = h;
    part.hidden_count = std::min(hidden_step, hidden_end - h);
    const int64_t batch_step = even_step(rows.batch_count, batch_most(part.hidden_count));
    for (int64_t b = rows.batch_first; b < batch_end; b += batch_step) {
      part.batch_first = b;
      part.batch_count = std::min(batch_step, batch_end - b);
      body(part);
    }
  }
}

// The launches of one part.
struct Chunk {
  const FourStepSize &size;
  const sgconv_cuda_rows &part;
  int32_t dtype;
  const Complex *spectrum;  // the whole one
  void *stream;

  int64_t signals() const { return part.batch_count * part.hidden_count; }
  int64_t rows_of_member() const { return part.hidden_count * size.columns->count; }
  FourStepRows rows() const {
    return {narrow(part.hidden),      narrow(part.length),       narrow(part.length),
            narrow(part.batch_first), narrow(part.hidden_first), narrow(part.hidden_count),
            narrow(size.rows->size),  turn_of(size.size)};
  }
  Head head(int64_t index) const { return {narrow(part.heads), narrow(index)}; }
  const Complex *spectrum_of(int64_t index) const {
    return spectrum + (index * part.hidden + part.hidden_first) * size.size;
  }

  void columns_in(Head of, const void *signal, const void *gate, Complex *z) const {
    size.columns->in({rows(), dtype, of, signal, gate, z}, signals(), stream);
  }
  void columns_out(const ColumnsOutArguments &arguments) const {
    size.columns->out(arguments, signals(), stream);
  }
  void transform(const Complex *in, bool forward, const Complex *k, bool inverse,
                 Complex *out) const {
    size.rows->transform({in, forward, inverse, k, rows_of_member(), out},
                         part.batch_count * rows_of_member(), stream);
  }
};

void forward(const Chunk &chunk, const void *u, const void *pre, const void *post, void *y,
             Complex *z) {
  const int64_t heads = chunk.part.heads;
  Complex *const of_head = heads > 1 ? z + chunk.signals() * chunk.size.size : z;
  chunk.columns_in(kNoHead, u, pre, z);
  if (heads > 1) {
    chunk.transform(z, true, nullptr, false, z);
  }
  for (int64_t head = 0; head < heads; ++head) {
    chunk.transform(z, heads == 1, chunk.spectrum_of(head), true, of_head);
    chunk.columns_out({chunk.rows(), chunk.dtype, of_head, nullptr, nullptr, kNoHead, post,
                       chunk.head(head), y, nullptr, false, true});
  }
}

// Arrays of N complex numbers for each signal of a chunk.
int64_t forward_arrays(int64_t heads) { return heads > 1 ? 2 : 1; }

int64_t signals_of_forward(const FourStepSize &size, int64_t heads, int64_t room) {
  return signals_of_chunk(size, forward_arrays(heads), arrays_in_cache(size), room);
}

// What a chunk of backward has in the cache.
struct BackwardArrays {
  int64_t of_signal;
  int64_t of_channel;  // spectrum and sums

  BackwardArrays(int64_t heads, bool kernel, bool dpost, bool spectrum)
      : of_signal(1 + (kernel || dpost ? 1 : 0) + (heads > 1 ? 1 : 0)),
        of_channel(heads * ((kernel ? 1 : 0) + (spectrum ? 1 : 0))) {}

  // Of chunks with so many channels. Less room is not less than what one signal takes.
  int64_t signals(const FourStepSize &size, int64_t channels, int64_t room) const {
    return signals_of_chunk(size, of_signal, arrays_in_cache(size) - channels * of_channel, room);
  }
  // A row's sum over the batch is one block's, so channels are to fill the multiprocessors twice;
  // the rest of the cache is for members, over which a channel's spectrum and sums stay in it.
  int64_t channels(const FourStepSize &size, int64_t room) const {
    const int64_t blocks = size.columns->count / size.rows->rows_of_block;
    const int64_t filling =
        ceil_divide(2 * current_target().multiprocessors * size.rows->resident_blocks, blocks);
    const int64_t in_cache = arrays_in_cache(size) / (of_signal + of_channel);
    return std::clamp<int64_t>(std::min(filling, in_cache), 1,
                               signals_of_chunk(size, of_signal, INT64_MAX, room));
  }
};

// `sums` begin with this part's first channel; heads are `head_sums` numbers apart.
void backward(const Chunk &chunk, const BackwardTensors &t, bool kernel, Complex *sums,
              int64_t head_sums, Complex *z) {
  const int64_t heads = chunk.part.heads;
  const int64_t array = chunk.signals() * chunk.size.size;
  const bool signal = kernel || t.dpost != nullptr;
  Complex *const g = signal ? z + array : z;
  Complex *const input = heads > 1 ? g + array : g;
  if (signal) {
    chunk.columns_in(kNoHead, t.u, t.pre, z);
    chunk.transform(z, true, nullptr, false, z);
  }
  if (t.dpost != nullptr) {
    for (int64_t head = 0; head < heads; ++head) {
      chunk.transform(z, false, chunk.spectrum_of(head), true, g);
      chunk.columns_out({chunk.rows(), chunk.dtype, g, nullptr, nullptr, chunk.head(head), t.dy,
                         kNoHead, t.dpost, heads > 1 ? reinterpret_cast<float *>(input) : nullptr,
                         head > 0, head == heads - 1});
    }
  }
  const bool wants_input = t.du != nullptr || t.dpre != nullptr;
  if (!kernel && !wants_input) {
    return;
  }
  for (int64_t head = 0; head < heads; ++head) {
    chunk.columns_in(chunk.head(head), t.dy, t.post, g);
    chunk.size.rows->backward({narrow(chunk.part.batch_count), chunk.rows_of_member(), z, g,
                               wants_input ? chunk.spectrum_of(head) : nullptr,
                               kernel ? sums + head * head_sums : nullptr, input,
                               chunk.part.batch_first == 0, head > 0, head == heads - 1},
                              chunk.stream);
  }
  if (wants_input) {
    chunk.columns_out({chunk.rows(), chunk.dtype, input, t.dpre == nullptr ? nullptr : t.u, t.dpre,
                       kNoHead, t.pre, kNoHead, t.du, nullptr, false, true});
  }
}

// Rows of a spectrum in their own memory, from coefficients that `place` puts there.
template <class Place>
void prepare(const FourStepSize &size, int64_t row_first, int64_t row_count, float *spectrum,
             void *stream, Place &&place) {
  const int64_t step =
      even_step(row_count, signals_of_chunk(size, 1, arrays_in_cache(size), INT64_MAX));
  const int64_t end = row_first + row_count;
  for (int64_t first = row_first; first < end; first += step) {
    const int64_t count = std::min(step, end - first);
    Complex *const z = reinterpret_cast<Complex *>(spectrum) + first * size.size;
    place(first, count);
    size.columns->within({narrow(size.rows->size), turn_of(size.size), true,
                          static_cast<float>(1.0 / static_cast<double>(size.size)), z},
                         count, stream);
    size.rows->transform({z, true, false, nullptr, 1, z}, count * size.columns->count, stream);
  }
}

int64_t sums_bytes(const FourStepSize &size, const sgconv_cuda_rows &rows) {
  return rows.heads * rows.hidden_count * size.size * kComplex;
}

}  // namespace

std::optional<FourStepSize> long_size_for(int64_t length) {
  const Target target = current_target();
  for (const Parts &it : kParts) {
    if (it.size >= length && runs_on(target, it)) {
      const FourStepSize found{it.size, &columns_of(it.size / it.row_size), &rows_of(it.row_size)};
      found.columns->allow_shared();
      found.rows->allow_shared();
      return found;
    }
  }
  return std::nullopt;
}

int64_t largest_long_size() {
  const Target target = current_target();
  int64_t largest = 0;
  for (const Parts &it : kParts) {
    largest = runs_on(target, it) ? it.size : largest;
  }
  return largest;
}

void launch_long_prepare(const FourStepSize &size, const sgconv_convolution_geometry &g,
                         int64_t row_first, int64_t row_count, const float *kernel,
                         const float *skip, float *spectrum, void *stream) {
  prepare(size, row_first, row_count, spectrum, stream, [&](int64_t first, int64_t count) {
    launch_kernel_place(g, size.size, first, count, kernel, skip, false,
                        reinterpret_cast<Complex *>(spectrum), stream);
  });
}

void launch_long_synthesize(const FourStepSize &size, const sgconv_kernel_geometry &kernel_geometry,
                            const sgconv_convolution_geometry &g, int64_t row_first,
                            int64_t row_count, const float *weights, const float *decay,
                            const float *norm, const float *skip, float *kernel, float *spectrum,
                            void *stream) {
  prepare(size, row_first, row_count, spectrum, stream, [&](int64_t first, int64_t count) {
    launch_synthesis_place(kernel_geometry, g, size.size, first, count, weights, decay, norm, skip,
                           kernel, reinterpret_cast<Complex *>(spectrum), stream);
  });
}

int64_t long_forward_bytes(const FourStepSize &size, const sgconv_cuda_rows &rows,
                           int64_t signals) {
  return std::min(signals, signals_of_forward(size, rows.heads, INT64_MAX)) *
         forward_arrays(rows.heads) * size.size * kComplex;
}

// One channel's spectrum stays in the cache over the batch.
void launch_long_forward(const FourStepSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                         const float *spectrum, const void *u, const void *pre, const void *post,
                         void *y, void *workspace, int64_t workspace_bytes, void *stream) {
  const int64_t signals = signals_of_forward(size, rows.heads, workspace_bytes);
  const int64_t batch = even_step(rows.batch_count, signals);
  each_chunk(
      rows, signals / batch, [=](int64_t) { return batch; },
      [&](const sgconv_cuda_rows &part) {
        forward({size, part, dtype, reinterpret_cast<const Complex *>(spectrum), stream}, u, pre,
                post, y, static_cast<Complex *>(workspace));
      });
}

int64_t long_backward_bytes(const FourStepSize &size, const sgconv_cuda_rows &rows, int64_t signals,
                            bool kernel, bool dpost) {
  const BackwardArrays arrays(rows.heads, kernel, dpost, true);
  return (kernel ? sums_bytes(size, rows) : 0) +
         std::min(signals, arrays.signals(size, 1, INT64_MAX)) * arrays.of_signal * size.size *
             kComplex;
}

void launch_long_backward(const FourStepSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                          bool kernel, const float *spectrum, const BackwardTensors &tensors,
                          void *workspace, int64_t workspace_bytes, void *stream) {
  const int64_t of_sums = kernel ? sums_bytes(size, rows) : 0;
  const int64_t room = workspace_bytes - of_sums;
  const bool dpost = tensors.dpost != nullptr;
  const BackwardArrays arrays(rows.heads, kernel, dpost,
                              dpost || tensors.du != nullptr || tensors.dpre != nullptr);
  auto *const sums = static_cast<Complex *>(workspace);
  Complex *const z = sums + of_sums / kComplex;
  each_chunk(
      rows, arrays.channels(size, room),
      [&](int64_t channels) {
        return std::max<int64_t>(arrays.signals(size, channels, room) / channels, 1);
      },
      [&](const sgconv_cuda_rows &part) {
        backward({size, part, dtype, reinterpret_cast<const Complex *>(spectrum), stream}, tensors,
                 kernel, sums + (part.hidden_first - rows.hidden_first) * size.size,
                 rows.hidden_count * size.size, z);
      });
}

// The sums stay what they are.
void launch_long_kernel_gradient(const FourStepSize &size, const sgconv_cuda_rows &rows,
                                 int32_t mode, void *workspace, int64_t workspace_bytes, float *dk,
                                 float *dskip, void *stream) {
  const auto *const sums = static_cast<const Complex *>(workspace);
  Complex *const z = static_cast<Complex *>(workspace) + sums_bytes(size, rows) / kComplex;
  const int64_t step =
      signals_of_chunk(size, 1, arrays_in_cache(size), workspace_bytes - sums_bytes(size, rows));
  sgconv_cuda_rows all = rows;
  all.batch_first = 0;
  all.batch_count = 1;
  for (int64_t head = 0; head < rows.heads; ++head) {
    each_chunk(
        all, step, [](int64_t) { return 1; },
        [&](const sgconv_cuda_rows &part) {
          const Chunk chunk{size, part, SGCONV_FLOAT32, nullptr, stream};
          const int64_t first = head * rows.hidden_count + part.hidden_first - rows.hidden_first;
          chunk.transform(sums + first * size.size, false, nullptr, true, z);
          size.columns->within({narrow(size.rows->size), turn_of(size.size), false, 1.0f, z},
                               part.hidden_count, stream);
          launch_kernel_gradient(part, part.length, mode, head, z, false, dk, dskip, stream);
        });
  }
}

}  // namespace sgconv::cuda
