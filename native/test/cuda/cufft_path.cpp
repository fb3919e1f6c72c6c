#include "cufft_path.h"

#include "emulation/half.h"

namespace sgconv::test {
namespace {

using cuda::bfloat16;
using cuda::float16;
using test::ok;

void ok(cufftResult result, const char *what) {
  if (result != CUFFT_SUCCESS) {
    std::fprintf(stderr, "%s: cufftResult %d\n", what, static_cast<int>(result));
    std::exit(3);
  }
}

std::vector<float> floats(const Doubles &values) { return {values.begin(), values.end()}; }

template <class T>
class Path {
 public:
  Path(const Problem &problem, const Signals &signals, int32_t dtype, const Options &options)
      : p_(problem),
        dtype_(dtype),
        options_(options),
        size_(options.size),
        u_(narrow<T>(signals.u), options.skew),
        dy_(narrow<T>(signals.dy), options.skew),
        kernel_(floats(signals.kernel)),
        y_(static_cast<std::size_t>(problem.outputs()), options.skew),
        du_(static_cast<std::size_t>(problem.inputs()), options.skew),
        dk_(static_cast<std::size_t>(problem.channels() * problem.hidden * problem.length)),
        dskip_(static_cast<std::size_t>(problem.heads * problem.hidden)) {
    if (size_ == 0) {
      ok(sgconv_cuda_transform_size(p_.length, &size_), "transform_size");
    }
    if (!signals.skip.empty()) {
      skip_.emplace(floats(signals.skip));
    }
    if (!signals.pre.empty()) {
      pre_.emplace(narrow<T>(signals.pre), options.skew);
      dpre_.emplace(static_cast<std::size_t>(p_.inputs()), options.skew);
    }
    if (!signals.post.empty()) {
      post_.emplace(narrow<T>(signals.post), options.skew);
      dpost_.emplace(static_cast<std::size_t>(p_.inputs()), options.skew);
    }
  }

  Results run() {
    prepare();
    each_chunk([this](const sgconv_cuda_rows &rows) { forward(rows); }, true);
    each_chunk([this](const sgconv_cuda_rows &rows) { backward(rows); }, false);
    const auto optional = [](const auto &array) {
      return array.has_value() ? widen(array->host()) : Doubles{};
    };
    return {widen(y_.host()),     widen(du_.host()), widen(dk_.host()),
            widen(dskip_.host()), optional(dpre_),   optional(dpost_)};
  }

 private:
  static T *maybe(std::optional<DeviceArray<T>> &array) {
    return array.has_value() ? array->get() : nullptr;
  }
  int64_t count(const sgconv_cuda_rows &rows) const { return rows.batch_count * rows.hidden_count; }
  std::size_t floats_of(int64_t rows) const { return static_cast<std::size_t>(2 * rows * size_); }

  void prepare() {
    const sgconv_convolution_geometry geometry = p_.geometry();
    const int64_t rows = p_.heads * p_.hidden;
    spectrum_.emplace(floats_of(rows));
    const int64_t step = std::min(rows, options_.chunks.hidden);
    for (int64_t first = 0; first < rows; first += step) {
      ok(sgconv_cuda_kernel_place(&geometry, size_, first, std::min(step, rows - first),
                                  kernel_.get(), skip_.has_value() ? skip_->get() : nullptr,
                                  spectrum_->get(), nullptr),
         "kernel_place");
    }
    CufftPlan(size_, rows).run(spectrum_->get(), CUFFT_FORWARD);
  }

  template <class Body>
  void each_chunk(Body &&body, bool batch_outside) {
    const int64_t hidden_step = std::min(p_.hidden, options_.chunks.hidden);
    const int64_t batch_step = std::min(p_.batch, options_.chunks.batch);
    // Backward must see the whole batch of a chunk of h in order.
    const int64_t outer = batch_outside ? p_.batch : p_.hidden;
    for (int64_t i = 0; i < outer; i += batch_outside ? batch_step : hidden_step) {
      const int64_t inner = batch_outside ? p_.hidden : p_.batch;
      for (int64_t j = 0; j < inner; j += batch_outside ? hidden_step : batch_step) {
        const int64_t b = batch_outside ? i : j;
        const int64_t h = batch_outside ? j : i;
        body(sgconv_cuda_rows{p_.heads, p_.hidden, p_.length, size_, b,
                              std::min(batch_step, p_.batch - b), h,
                              std::min(hidden_step, p_.hidden - h)});
      }
    }
  }

  void forward(const sgconv_cuda_rows &rows) {
    DeviceArray<float> x(floats_of(count(rows))), z(floats_of(count(rows)));
    const CufftPlan plan(size_, count(rows));
    ok(sgconv_cuda_twist(&rows, -1, dtype_, u_.get(), maybe(pre_), x.get(), nullptr), "twist");
    plan.run(x.get(), CUFFT_FORWARD);
    for (int32_t head = 0; head < p_.heads; ++head) {
      ok(sgconv_cuda_spectrum_multiply(&rows, head, spectrum_->get(), x.get(), z.get(), nullptr),
         "spectrum_multiply");
      plan.run(z.get(), CUFFT_INVERSE);
      ok(sgconv_cuda_untwist(&rows, head, dtype_, z.get(), maybe(post_), nullptr, y_.get(), nullptr,
                             nullptr),
         "untwist");
    }
  }

  void backward(const sgconv_cuda_rows &rows) {
    DeviceArray<float> x(floats_of(count(rows))), g(floats_of(count(rows)));
    DeviceArray<float> input(floats_of(count(rows))),
        sum(static_cast<std::size_t>(count(rows) * p_.length));
    const CufftPlan plan(size_, count(rows));
    if (rows.batch_first == 0) {
      correlation_.emplace(floats_of(p_.heads * rows.hidden_count));
    }
    ok(sgconv_cuda_twist(&rows, -1, dtype_, u_.get(), maybe(pre_), x.get(), nullptr), "twist");
    plan.run(x.get(), CUFFT_FORWARD);
    for (int32_t head = 0; head < p_.heads; ++head) {
      if (post_.has_value()) {
        ok(sgconv_cuda_spectrum_multiply(&rows, head, spectrum_->get(), x.get(), g.get(), nullptr),
           "spectrum_multiply");
        plan.run(g.get(), CUFFT_INVERSE);
        ok(sgconv_cuda_gate_gradient(&rows, head, dtype_, g.get(), dy_.get(),
                                     p_.heads > 1 ? sum.get() : nullptr, dpost_->get(), nullptr),
           "gate_gradient");
      }
      ok(sgconv_cuda_twist(&rows, head, dtype_, dy_.get(), maybe(post_), g.get(), nullptr),
         "twist of dy");
      plan.run(g.get(), CUFFT_FORWARD);
      float *correlation = correlation_->get() + head * rows.hidden_count * size_ * 2;
      ok(sgconv_cuda_spectrum_backward(&rows, head, spectrum_->get(), x.get(), g.get(), input.get(),
                                       correlation, nullptr),
         "spectrum_backward");
    }
    plan.run(input.get(), CUFFT_INVERSE);
    ok(sgconv_cuda_untwist(&rows, -1, dtype_, input.get(), maybe(pre_),
                           pre_.has_value() ? u_.get() : nullptr, du_.get(), maybe(dpre_), nullptr),
       "untwist of the input gradient");
    if (rows.batch_first + rows.batch_count == p_.batch) {
      CufftPlan(size_, p_.heads * rows.hidden_count).run(correlation_->get(), CUFFT_INVERSE);
      for (int32_t head = 0; head < p_.heads; ++head) {
        ok(sgconv_cuda_kernel_gradient(&rows, p_.mode, head,
                                       correlation_->get() + head * rows.hidden_count * size_ * 2,
                                       dk_.get(), dskip_.get(), nullptr),
           "kernel_gradient");
      }
    }
  }

  Problem p_;
  int32_t dtype_;
  Options options_;
  int64_t size_;
  DeviceArray<T> u_, dy_;
  DeviceArray<float> kernel_;
  DeviceArray<T> y_, du_;
  DeviceArray<float> dk_, dskip_;
  std::optional<DeviceArray<float>> skip_, spectrum_, correlation_;
  std::optional<DeviceArray<T>> pre_, post_, dpre_, dpost_;
};

}  // namespace

template <class T>
std::vector<T> narrow(const Doubles &values) {
  std::vector<T> result(values.size());
  std::transform(values.begin(), values.end(), result.begin(),
                 [](double value) { return cuda::from_float<T>(static_cast<float>(value)); });
  return result;
}

template <class T>
Doubles widen(const std::vector<T> &values) {
  Doubles result(values.size());
  std::transform(values.begin(), values.end(), result.begin(),
                 [](T value) { return static_cast<double>(cuda::to_float(value)); });
  return result;
}

template std::vector<float> narrow<float>(const Doubles &);
template std::vector<bfloat16> narrow<bfloat16>(const Doubles &);
template std::vector<float16> narrow<float16>(const Doubles &);
template Doubles widen<float>(const std::vector<float> &);
template Doubles widen<bfloat16>(const std::vector<bfloat16> &);
template Doubles widen<float16>(const std::vector<float16> &);

CufftPlan::CufftPlan(int64_t size, int64_t rows) {
  long long n = size;
  std::size_t bytes = 0;
  ok(cufftCreate(&handle_), "cufftCreate");
  ok(cufftSetAutoAllocation(handle_, 0), "cufftSetAutoAllocation");
  ok(cufftMakePlanMany64(handle_, 1, &n, nullptr, 1, n, nullptr, 1, n, CUFFT_C2C, rows, &bytes),
     "cufftMakePlanMany64");
  area_.emplace(bytes / sizeof(float));
  ok(cufftSetWorkArea(handle_, area_->get()), "cufftSetWorkArea");
}

CufftPlan::~CufftPlan() { ok(cufftDestroy(handle_), "cufftDestroy"); }

void CufftPlan::run(float *rows, int direction) const {
  auto *values = reinterpret_cast<cufftComplex *>(rows);
  ok(cufftExecC2C(handle_, values, values, direction), "cufftExecC2C");
}

Results convolve_on_device(const Problem &problem, const Signals &signals, int32_t dtype,
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
