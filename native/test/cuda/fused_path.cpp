#include "fused_path.h"

#include <cstring>
#include <utility>

#include "emulation/half.h"

namespace sgconv::test {
namespace {

using cuda::bfloat16;
using cuda::float16;

// Memory holds NaN before it is written.
template <class T>
std::vector<T> poison(int64_t count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  std::memset(static_cast<void *>(values.data()), 0xff, values.size() * sizeof(T));
  return values;
}

template <class T>
class Path {
 public:
  Path(const Problem &p, const Signals &s, int32_t dtype, const Options &options)
      : p_(p),
        dtype_(dtype),
        options_(options),
        gates_{!s.pre.empty(), !s.post.empty()},
        u_(narrow<T>(s.u), options.skew),
        dy_(narrow<T>(s.dy), options.skew),
        pre_(narrow<T>(s.pre), options.skew),
        post_(narrow<T>(s.post), options.skew),
        y_(poison<T>(p.outputs()), options.skew),
        du_(poison<T>(p.inputs()), options.skew),
        dpre_(poison<T>(p.inputs()), options.skew),
        dpost_(poison<T>(p.inputs()), options.skew),
        kernel_(narrow<float>(s.kernel)),
        skip_(narrow<float>(s.skip)),
        dk_(poison<float>(p.channels() * p.hidden * p.length)),
        dskip_(poison<float>(p.heads * p.hidden)) {
    size_ = options.size;
    if (size_ == 0) {
      ok(sgconv_cuda_fused_size(p_.length, &size_), "fused_size");
    }
    spectrum_.emplace(poison<float>(2 * p.heads * p.hidden * size_));
  }

  Results run() {
    const sgconv_convolution_geometry geometry = p_.geometry();
    const int64_t rows = p_.heads * p_.hidden;
    const int64_t step = std::min(rows, options_.chunks.hidden);
    for (int64_t first = 0; first < rows; first += step) {
      ok(sgconv_cuda_fused_prepare(&geometry, size_, first, std::min(step, rows - first),
                                   kernel_.get(), skip_.size() > 0 ? skip_.get() : nullptr,
                                   spectrum_->get(), nullptr),
         "fused_prepare");
    }
    const int64_t hidden_step = std::min(p_.hidden, options_.chunks.hidden);
    const int64_t batch_step = std::min(p_.batch, options_.chunks.batch);
    for (int64_t h = 0; h < p_.hidden; h += hidden_step) {
      const int64_t count = std::min(hidden_step, p_.hidden - h);
      sgconv_cuda_rows part{p_.heads, p_.hidden, p_.length, size_, 0, 1, h, count};
      const int64_t bytes = backward_bytes(part);
      DeviceArray<float> workspace(poison<float>(bytes / 4));
      for (int64_t b = 0; b < p_.batch; b += batch_step) {
        part.batch_first = b;
        part.batch_count = std::min(batch_step, p_.batch - b);
        convolve(part, workspace, bytes);
      }
      part.batch_first = 0;
      part.batch_count = 1;
      ok(sgconv_cuda_fused_kernel_gradient(&part, p_.batch, p_.mode, workspace.get(), bytes,
                                           dk_.get(), dskip_.get(), nullptr),
         "fused_kernel_gradient");
    }
    return {widen(y_.host()),
            widen(du_.host()),
            widen(dk_.host()),
            widen(dskip_.host()),
            gates_.pre ? widen(dpre_.host()) : Doubles{},
            gates_.post ? widen(dpost_.host()) : Doubles{}};
  }

 private:
  struct Gated {
    bool pre, post;
  };

  // So many signals of one channel, and the sums of all.
  int64_t backward_bytes(sgconv_cuda_rows part) const {
    const auto query = [&](int64_t batch, int32_t kernel, int32_t dpost) {
      int64_t bytes = 0;
      ok(sgconv_cuda_fused_backward_workspace(&part, batch, kernel, dpost, &bytes),
         "fused_backward_workspace");
      return bytes;
    };
    if (options_.signals == 0) {
      return query(p_.batch, 1, gates_.post ? 1 : 0);
    }
    const int64_t channels = std::exchange(part.hidden_count, 1);
    return channels * (query(1, 1, 1) - query(1, 0, 1)) + query(options_.signals, 0, 1);
  }

  int64_t forward_bytes(sgconv_cuda_rows part) const {
    if (options_.signals > 0) {
      part.batch_count = options_.signals;
      part.hidden_count = 1;
    }
    int64_t bytes = 0;
    ok(sgconv_cuda_fused_forward_workspace(&part, &bytes), "fused_forward_workspace");
    return bytes;
  }

  void convolve(const sgconv_cuda_rows &rows, DeviceArray<float> &workspace, int64_t bytes) {
    const T *pre = gates_.pre ? pre_.get() : nullptr;
    const T *post = gates_.post ? post_.get() : nullptr;
    const int64_t room = forward_bytes(rows);
    DeviceArray<float> scratch(poison<float>(room / 4));
    ok(sgconv_cuda_fused_forward(&rows, dtype_, spectrum_->get(), u_.get(), pre, post, y_.get(),
                                 room > 0 ? scratch.get() : nullptr, room, nullptr),
       "fused_forward");
    ok(sgconv_cuda_fused_backward(&rows, p_.batch, dtype_, 1, spectrum_->get(), u_.get(), pre, post,
                                  dy_.get(), du_.get(), gates_.pre ? dpre_.get() : nullptr,
                                  gates_.post ? dpost_.get() : nullptr, workspace.get(), bytes,
                                  nullptr),
       "fused_backward");
  }

  Problem p_;
  int32_t dtype_;
  Options options_;
  Gated gates_;
  int64_t size_;
  DeviceArray<T> u_, dy_, pre_, post_, y_, du_, dpre_, dpost_;
  DeviceArray<float> kernel_, skip_, dk_, dskip_;
  std::optional<DeviceArray<float>> spectrum_;
};

}  // namespace

Results convolve_in_blocks(const Problem &problem, const Signals &signals, int32_t dtype,
                           const Options &options) {
  switch (dtype) {
    case SGCONV_BFLOAT16:
      return Path<bfloat16>(problem, signals, dtype, options).run();
    case SGCONV_FLOAT16:
      return Path<float16>(problem, signals, dtype, options).run();
    default:
      return Path<float>(problem, signals, dtype, options).run();
  }
}

}  // namespace sgconv::test
