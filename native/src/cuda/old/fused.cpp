// Which sizes the one-block convolution has, and how rows are shared out.
#include "cuda/block/block.h"

#include <algorithm>
#include <array>

#include "cuda/old/kernels.h"
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

int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// One h's share of the backward pass's workspace is at most this, or of one slice: far below what
// any caller allows for scratch memory.
constexpr int64_t kMostSliceBytes = block_policy::kMostSliceBytes;

// Items that keep the device busy: twice what it holds at a time.
int64_t enough_items(const BlockSize &size, int resident) {
  return 2 * current_target().multiprocessors * resident * size.rows;
}

// Arrays of N complex numbers that a slice of one h needs.
int64_t slice_arrays(int64_t heads) { return heads + (heads > 1 ? 2 : 1); }

// Signals of the batch in a slice. A matter of the whole problem, not of the rows of one call, so
// that sums do not depend on how the caller cuts them.
int64_t slice_width(const BlockSize &size, const sgconv_cuda_rows &rows, int64_t batch) {
  const int64_t bytes =
      slice_arrays(rows.heads) * size.size * static_cast<int64_t>(sizeof(Complex));
  const int64_t most = std::clamp<int64_t>(kMostSliceBytes / bytes, 1, batch);
  const int64_t busy = ceil_divide(enough_items(size, size.backward_resident), rows.hidden);
  return ceil_divide(batch, std::clamp<int64_t>(busy, 1, most));
}

// Of a problem that is known to fit.
BlockRows block_rows(const sgconv_cuda_rows &rows, int64_t shares, int64_t items, int64_t turns) {
  const auto narrow = [](int64_t value) { return static_cast<int32_t>(value); };
  return {narrow(rows.heads),
          narrow(rows.hidden),
          narrow(rows.length),
          narrow(rows.length),
          narrow(rows.batch_first),
          narrow(rows.batch_count),
          narrow(rows.hidden_first),
          narrow(rows.hidden_count),
          narrow(shares),
          narrow(items),
          narrow(turns)};
}

BlockPrepareArguments prepare_arguments(const BlockSize &size, const sgconv_convolution_geometry &g,
                                        int64_t row_first, int64_t row_count, const float *kernel,
                                        const float *skip, float *spectrum, int32_t directions,
                                        const Synthesis &synthesis, float *synthesized) {
  return {ring_kernel(g, size.size, kernel, skip),
          row_first,
          row_count,
          static_cast<float>(1.0 / static_cast<double>(size.size)),
          reinterpret_cast<Complex *>(spectrum),
          directions,
          synthesis,
          synthesized};
}

}  // namespace

const BlockSize *fused_size_for(int64_t length) {
  if (length > fused_range().second) {
    return nullptr;
  }
  const BlockSize *const found = *std::find_if(
      sizes().begin(), sizes().end(), [=](const BlockSize *it) { return it->size >= length; });
  found->allow_shared();
  return found;
}

// Shared memory grows with the size.
std::pair<int64_t, int64_t> fused_range() {
  const int64_t shared = current_target().shared_bytes;
  const auto last = std::find_if(sizes().rbegin(), sizes().rend(),
                                 [=](const BlockSize *it) { return it->shared_bytes <= shared; });
  return {sizes().front()->size, (*last)->size};
}

void launch_block_prepare(const BlockSize &size, const sgconv_convolution_geometry &g,
                          int64_t row_first, int64_t row_count, const float *kernel,
                          const float *skip, float *spectrum, void *stream) {
  size.prepare(
      prepare_arguments(size, g, row_first, row_count, kernel, skip, spectrum, 0, {}, nullptr),
      stream);
}

void launch_block_synthesize(const BlockSize &size, const sgconv_kernel_geometry &kernel_geometry,
                             const sgconv_convolution_geometry &g, int64_t row_first,
                             int64_t row_count, const float *weights, const float *decay,
                             const float *norm, const float *skip, float *kernel, float *spectrum,
                             void *stream) {
  size.prepare(prepare_arguments(size, g, row_first, row_count, nullptr, skip, spectrum,
                                 g.mode == SGCONV_BIDIRECTIONAL ? 2 : 1,
                                 {pieces_of(kernel_geometry), weights, decay, norm}, kernel),
               stream);
}

void launch_block_forward(const BlockSize &size, const sgconv_cuda_rows &rows, int32_t dtype,
                          const float *spectrum, const void *u, const void *pre, const void *post,
                          void *y, void *stream) {
  const int64_t channels = rows.heads * rows.hidden_count;
  const int64_t enough = enough_items(size, size.resident);
  int64_t turns = std::min<int64_t>(block_policy::kMostTurns, rows.batch_count);
  while (turns > 1 && channels * ceil_divide(rows.batch_count, turns) < enough) {
    --turns;
  }
  const int64_t shares = ceil_divide(rows.batch_count, turns);
  size.forward({block_rows(rows, shares, channels * shares, turns), dtype,
                reinterpret_cast<const Complex *>(spectrum), u, pre, post, y},
               stream);
}

int64_t block_backward_bytes(const BlockSize &size, const sgconv_cuda_rows &rows, int64_t batch,
                             bool kernel, bool dpost) {
  const int64_t slices = ceil_divide(batch, slice_width(size, rows, batch));
  const int64_t arrays =
      (kernel ? rows.heads : 0) + (kernel || dpost ? 1 : 0) + (rows.heads > 1 ? 1 : 0);
  return arrays * slices * rows.hidden_count * size.size * static_cast<int64_t>(sizeof(Complex));
}

void launch_block_backward(const BlockSize &size, const sgconv_cuda_rows &rows, int64_t batch,
                           int32_t dtype, bool kernel, const float *spectrum,
                           const BackwardTensors &t, void *workspace, void *stream) {
  const int64_t width = slice_width(size, rows, batch);
  const int64_t slices = ceil_divide(batch, width);
  const int64_t first = rows.batch_first / width;
  const int64_t shares = ceil_divide(rows.batch_first + rows.batch_count, width) - first;
  const int64_t array = slices * rows.hidden_count * size.size;
  auto *sums = static_cast<Complex *>(workspace);
  Complex *const parked = sums + (kernel ? rows.heads * array : 0);
  Complex *const input_sums = parked + (kernel || t.dpost != nullptr ? array : 0);
  size.backward(
      {block_rows(rows, shares, rows.hidden_count * shares, width), static_cast<int32_t>(first),
       dtype, kernel, reinterpret_cast<const Complex *>(spectrum), t.u, t.pre, t.post, t.dy, t.du,
       t.dpre, t.dpost, sums, parked, input_sums},
      stream);
}

void launch_block_kernel_gradient(const BlockSize &size, const sgconv_cuda_rows &rows,
                                  int64_t batch, int32_t mode, const void *workspace, float *dk,
                                  float *dskip, void *stream) {
  const BlockRows part = block_rows(rows, 0, 0, 0);
  const int64_t slices = ceil_divide(batch, slice_width(size, rows, batch));
  size.kernel_gradient(
      {mode, part.heads, part.hidden, part.length, part.length,
       static_cast<int32_t>(lags_behind(mode, rows.length, rows.length)), rows.length,
       part.hidden_first, part.hidden_count, static_cast<int32_t>(slices),
       static_cast<float>(1.0 / static_cast<double>(size.size)),
       static_cast<const Complex *>(workspace), dk, dskip},
      stream);
}

}  // namespace sgconv::cuda
