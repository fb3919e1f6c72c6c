// Convolution beyond one block, in four steps over chunks that stay in the second-level cache.
#include <algorithm>
#include <array>

#include "cuda/kernels.h"
#include "cuda/long_size.h"
#include "cuda/policy.h"

namespace sgconv::cuda {

#define SGCONV_SIZE(size) extern const ColumnsSize columns_size_##size;
#include "columns_sizes.inc"
#undef SGCONV_SIZE
#define SGCONV_SIZE(size) extern const LongRowSize long_row_size_##size;
#include "long_rows_sizes.inc"
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

const LongRowSize &rows_of(int64_t size) {
  static const std::array table{
#define SGCONV_SIZE(size) &long_row_size_##size,
#include "long_rows_sizes.inc"
#undef SGCONV_SIZE
  };
  return **std::find_if(table.begin(), table.end(), [=](auto *it) { return it->size == size; });
}

bool runs_on(const Target &target, const LongPolicy &policy) {
  return std::max(columns_of(policy.size / policy.row_size).shared_bytes,
                  rows_of(policy.row_size).shared_bytes) <= target.shared_bytes;
}

constexpr int64_t kComplex = sizeof(Complex);
constexpr int64_t kMostSignals = 65535;  // of a chunk: the grid's y

int32_t narrow(int64_t value) { return static_cast<int32_t>(value); }

// Signals of a chunk: so many that `arrays` of N complex numbers for each take half of the
// second-level cache, or `room` bytes.
int64_t signals_of_chunk(const LongSize &size, int64_t arrays, int64_t room) {
  const int64_t bytes = std::min(current_target().cache_bytes / 2, room);
  return std::clamp<int64_t>(bytes / (arrays * size.size * kComplex), 1, kMostSignals);
}

int64_t chunk_bytes(const LongSize &size, int64_t arrays, int64_t signals) {
  return std::min(signals, signals_of_chunk(size, arrays, INT64_MAX)) * arrays * size.size *
         kComplex;
}

// Calls `body` with parts of `rows`, h by h and each in the order of the batch.
template <class Body>
void each_chunk(const sgconv_cuda_rows &rows, int64_t batch_step, int64_t hidden_step,
                Body &&body) {
  sgconv_cuda_rows part = rows;
  const int64_t hidden_end = rows.hidden_first + rows.hidden_count;
  const int64_t batch_end = rows.batch_first + rows.batch_count;
  for (int64_t h = rows.hidden_first; h < hidden_end; h += hidden_step) {
    part.hidden_first = h;
    part.hidden_count = std::min(hidden_step, hidden_end - h);
    for (int64_t b = rows.batch_first; b < batch_end; b += batch_step) {
      part.batch_first = b;
      part.batch_count = std::min(batch_step, batch_end - b);
      body(part);
    }
  }
}

// The launches of one part.
struct Chunk {
  const LongSize &size;
  const sgconv_cuda_rows &part;
  int32_t dtype;
  const Complex *spectrum;  // the whole one
  void *stream;

  int64_t signals() const { return part.batch_count * part.hidden_count; }
  int64_t rows_of_member() const { return part.hidden_count * size.columns->count; }
  LongRows rows() const {
    return {narrow(part.hidden),       narrow(part.length),       narrow(part.batch_first),
            narrow(part.hidden_first), narrow(part.hidden_count), narrow(size.rows->size),
            turn_of(size.size)};
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
// `signal`: its spectrum is needed.
int64_t backward_arrays(int64_t heads, bool signal) {
  return 1 + (signal ? 1 : 0) + (heads > 1 ? 1 : 0);
}

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
void prepare(const LongSize &size, int64_t row_first, int64_t row_count, float *spectrum,
             void *stream, Place &&place) {
  const int64_t step = signals_of_chunk(size, 1, INT64_MAX);
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

int64_t sums_bytes(const LongSize &size, const sgconv_cuda_rows &rows) {
  return rows.heads * rows.hidden_count * size.size * kComplex;
}

}  // namespace

std::optional<LongSize> long_size_for(int64_t length) {
  const Target target = current_target();
  const LongPolicies policies = long_policies(target.policy.architecture);
  for (const LongPolicy *it = policies.begin; it != policies.end; ++it) {
    if (it->size >= length && runs_on(target, *it)) {
      return LongSize{it->size, &columns_of(it->size / it->row_size), &rows_of(it->row_size),
                      it->path};
    }
  }
  return std::nullopt;
}

std::optional<LongSize> long_size_of(int64_t size) {
  const std::optional<LongSize> found = long_size_for(size);
  return found.has_value() && found->size == size ? found : std::nullopt;
}

int64_t largest_long_size() {
  const Target target = current_target();
  const LongPolicies policies = long_policies(target.policy.architecture);
  int64_t largest = 0;
  for (const LongPolicy *it = policies.begin; it != policies.end; ++it) {
    largest = runs_on(target, *it) ? it->size : largest;
  }
  return largest;
}

void launch_long_prepare(const LongSize &size, const sgconv_convolution_geometry &g,
                         int64_t row_first, int64_t row_count, const float *kernel,
                         const float *skip, float *spectrum, void *stream) {
  prepare(size, row_first, row_count, spectrum, stream, [&](int64_t first, int64_t count) {
    launch_kernel_place(g, size.size, first, count, kernel, skip, false, spectrum, stream);
  });
}

void launch_long_synthesise(const LongSize &size, const sgconv_kernel_geometry &kernel_geometry,
                            const sgconv_convolution_geometry &g, int64_t row_first,
                            int64_t row_count, const float *weights, const float *decay,
                            const float *norm, const float *skip, float *kernel, float *spectrum,
                            void *stream) {
  prepare(size, row_first, row_count, spectrum, stream, [&](int64_t first, int64_t count) {
    launch_synthesis_place(kernel_geometry, g, size.size, first, count, weights, decay, norm, skip,
                           kernel, spectrum, stream);
  });
}

int64_t long_forward_bytes(const LongSize &size, const sgconv_cuda_rows &rows, int64_t signals) {
  return chunk_bytes(size, forward_arrays(rows.heads), signals);
}

// One channel's spectrum stays in the cache over the batch.
void launch_long_forward(const LongSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                         const float *spectrum, const void *u, const void *pre, const void *post,
                         void *y, void *workspace, int64_t workspace_bytes, void *stream) {
  const int64_t signals = signals_of_chunk(size, forward_arrays(rows.heads), workspace_bytes);
  const int64_t batch = std::min(signals, rows.batch_count);
  each_chunk(rows, batch, signals / batch, [&](const sgconv_cuda_rows &part) {
    forward({size, part, dtype, reinterpret_cast<const Complex *>(spectrum), stream}, u, pre, post,
            y, static_cast<Complex *>(workspace));
  });
}

int64_t long_backward_bytes(const LongSize &size, const sgconv_cuda_rows &rows, int64_t signals,
                            bool kernel, bool dpost) {
  return (kernel ? sums_bytes(size, rows) : 0) +
         chunk_bytes(size, backward_arrays(rows.heads, kernel || dpost), signals);
}

// As many channels as can be at a time: a row's sum over the batch is one block's.
void launch_long_backward(const LongSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                          bool kernel, const float *spectrum, const BackwardTensors &tensors,
                          void *workspace, int64_t workspace_bytes, void *stream) {
  const int64_t of_sums = kernel ? sums_bytes(size, rows) : 0;
  const int64_t arrays = backward_arrays(rows.heads, kernel || tensors.dpost != nullptr);
  const int64_t signals = signals_of_chunk(size, arrays, workspace_bytes - of_sums);
  auto *const sums = static_cast<Complex *>(workspace);
  Complex *const z = sums + of_sums / kComplex;
  const int64_t hidden = std::min(signals, rows.hidden_count);
  each_chunk(rows, signals / hidden, hidden, [&](const sgconv_cuda_rows &part) {
    backward({size, part, dtype, reinterpret_cast<const Complex *>(spectrum), stream}, tensors,
             kernel, sums + (part.hidden_first - rows.hidden_first) * size.size,
             rows.hidden_count * size.size, z);
  });
}

// The sums stay what they are.
void launch_long_kernel_gradient(const LongSize &size, const sgconv_cuda_rows &rows, int32_t mode,
                                 void *workspace, int64_t workspace_bytes, float *dk, float *dskip,
                                 void *stream) {
  const auto *const sums = static_cast<const Complex *>(workspace);
  Complex *const z = static_cast<Complex *>(workspace) + sums_bytes(size, rows) / kComplex;
  const int64_t step = signals_of_chunk(size, 1, workspace_bytes - sums_bytes(size, rows));
  sgconv_cuda_rows all = rows;
  all.batch_first = 0;
  all.batch_count = 1;
  for (int64_t head = 0; head < rows.heads; ++head) {
    each_chunk(all, 1, step, [&](const sgconv_cuda_rows &part) {
      const Chunk chunk{size, part, SGCONV_FLOAT32, nullptr, stream};
      const int64_t first = head * rows.hidden_count + part.hidden_first - rows.hidden_first;
      chunk.transform(sums + first * size.size, false, nullptr, true, z);
      size.columns->within({narrow(size.rows->size), turn_of(size.size), false, 1.0f, z},
                           part.hidden_count, stream);
      launch_kernel_gradient(part, mode, head, reinterpret_cast<const float *>(z), false, dk, dskip,
                             stream);
    });
  }
}

}  // namespace sgconv::cuda
