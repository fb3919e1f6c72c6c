#include "convolution_case.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <utility>

#include "guarded.h"

namespace {

using oracle::Row;
template <class Real>
using Array = std::unique_ptr<Guarded<Real>>;

template <class Real>
Array<Real> array(std::int64_t count, bool at_start) {
  return std::make_unique<Guarded<Real>>(count, at_start);
}

// None of nothing.
template <class Real>
Array<Real> array_of(const Row &values, bool at_start) {
  if (values.empty()) return nullptr;
  Array<Real> result = array<Real>(static_cast<std::int64_t>(values.size()), at_start);
  for (std::size_t i = 0; i < values.size(); ++i) {
    (*result)[static_cast<std::int64_t>(i)] = static_cast<Real>(values[i]);
  }
  return result;
}

template <class Real>
Row row_of(const Array<Real> &a) {
  return a ? Row(a->data(), a->data() + a->count()) : Row();
}

template <class Real>
Real *pointer(const Array<Real> &a) {
  return a ? a->data() : nullptr;
}

template <class Real>
struct Arrays {
  Array<Real> u, k, skip, pre, post, dy, y, du, dk, dskip, dpre, dpost;
};

template <class Real>
struct Check {
  const ConvolutionCase &test;
  double worst = 0.0;
  void judge(const std::vector<oracle::Judgement> &judgements) {
    for (const auto &[name, error, type] : judgements) {
      if (!(error <= 1.0)) {
        std::printf("FAILED %s: %s is off by %.3g times the bound\n", test.text().c_str(), name,
                    error);
      }
      worst = std::max(worst, error);
    }
  }
  // The same bits, whatever else was asked for.
  void same(const char *name, const Array<Real> &out, const Array<Real> &expected) {
    for (std::int64_t i = 0; i < out->count(); ++i) {
      if ((*out)[i] == (*expected)[i]) continue;
      std::printf("FAILED %s: %s[%lld] is %.17g, expected %.17g\n", test.text().c_str(), name,
                  static_cast<long long>(i), static_cast<double>((*out)[i]),
                  static_cast<double>((*expected)[i]));
      worst = INFINITY;
      return;
    }
  }
  // Exactly zero before `start` and from `end` on in every row of `length`; all of them are those
  // of each b in turn.
  void zero(const char *name, const Array<Real> &out, std::int64_t length,
            const std::vector<std::int64_t> &ends, std::int64_t start = 0) {
    const std::int64_t rows = out ? out->count() / length : 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t part = row * static_cast<std::int64_t>(ends.size()) / rows;
      for (std::int64_t i = 0; i < length; ++i) {
        if (i >= start && i < ends[static_cast<std::size_t>(part)]) continue;
        const Real value = (*out)[row * length + i];
        if (value == Real{0}) continue;
        std::printf("FAILED %s: %s[%lld][%lld] is %.9g, expected 0\n", test.text().c_str(), name,
                    static_cast<long long>(row), static_cast<long long>(i),
                    static_cast<double>(value));
        worst = INFINITY;
        return;
      }
    }
  }
};

// Not a number beyond the samples of each b.
template <class Real>
void poison_tails(const Array<Real> &tensor, const oracle::Problem &p) {
  const std::int64_t rows = tensor ? tensor->count() / p.length : 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t i = p.samples(row * p.batch / rows); i < p.length; ++i) {
      (*tensor)[row * p.length + i] = std::numeric_limits<Real>::quiet_NaN();
    }
  }
}

// What is right of results of the type.
std::vector<oracle::Judgement> judge(const oracle::Problem &problem, const oracle::Signals &signals,
                                     const oracle::Results &results, oracle::Type type) {
  if (type == oracle::Type::kFloat64) {
    return oracle::WideConvolution(problem, signals).judge(results, type);
  }
  return oracle::ExactConvolution(problem, signals).judge(results, type);
}

template <class Real>
double check(sgconv_cpu_context *context, const ConvolutionCase &t) {
  const oracle::Problem problem = t.problem();
  const sgconv_convolution_geometry geometry = problem.geometry();
  const std::int64_t *const lengths = t.lengths.empty() ? nullptr : t.lengths.data();
  sgconv_cpu_plan *plan = nullptr;
  require_ok(sgconv_cpu_plan_create(context, &geometry, t.dtype, &plan), "plan_create");
  std::int64_t size = 0, bytes = 0;
  require_ok(sgconv_cpu_plan_transform_size(plan, &size), "plan_transform_size");
  require_ok(sgconv_cpu_plan_spectrum_bytes(plan, &bytes), "plan_spectrum_bytes");
  Check<Real> check{t};
  if (size < std::min(t.length, problem.lags()) || 4 * size > 5 * t.length) {
    std::printf("FAILED %s: transform size %lld\n", t.text().c_str(), static_cast<long long>(size));
    check.worst = INFINITY;
  }

  const oracle::Signals signals = oracle::draw(
      t.signals, problem, static_cast<std::uint64_t>(t.seed), {t.skip, t.pre, t.post}, kType<Real>);
  const std::int64_t in = problem.inputs(), out = problem.outputs();
  Arrays<Real> a;
  a.u = array_of<Real>(signals.u, t.at_start);
  a.k = array_of<Real>(signals.kernel, t.at_start);
  a.dy = array_of<Real>(signals.dy, t.at_start);
  a.skip = array_of<Real>(signals.skip, t.at_start);
  a.pre = array_of<Real>(signals.pre, t.at_start);
  a.post = array_of<Real>(signals.post, t.at_start);
  for (const Array<Real> *tensor : {&a.u, &a.dy, &a.pre, &a.post}) poison_tails(*tensor, problem);
  a.y = array<Real>(out, t.at_start);
  a.du = array<Real>(in, t.at_start);
  a.dk = array<Real>(problem.kernels(), t.at_start);
  a.dskip = array<Real>(t.heads * t.hidden, t.at_start);
  if (t.pre) a.dpre = array<Real>(in, t.at_start);
  if (t.post) a.dpost = array<Real>(in, t.at_start);

  // Rounded up to pages and thus aligned, like everything that mmap returns.
  Guarded<Real> spectrum((bytes + 4095) / 4096 * 4096 / static_cast<std::int64_t>(sizeof(Real)),
                         true);
  require_ok(sgconv_cpu_spectrum_prepare(plan, a.k->data(), pointer(a.skip), spectrum.data()),
             "spectrum_prepare");
  require_ok(sgconv_cpu_convolution_forward(plan, spectrum.data(), t.batch, lengths, a.u->data(),
                                            pointer(a.pre), pointer(a.post), a.y->data()),
             "convolution_forward");
  require_ok(sgconv_cpu_convolution_backward(
                 plan, spectrum.data(), t.batch, lengths, a.u->data(), a.dy->data(), pointer(a.pre),
                 pointer(a.post), a.du->data(), a.dk->data(), a.dskip->data(),
                 t.pre ? a.dpre->data() : nullptr, t.post ? a.dpost->data() : nullptr),
             "convolution_backward");
  check.judge(judge(
      problem, signals,
      {row_of(a.y), row_of(a.du), row_of(a.dk), row_of(a.dskip), row_of(a.dpre), row_of(a.dpost)},
      kType<Real>));
  if (lengths != nullptr) {
    for (const auto &[name, tensor] :
         {std::pair{"y", &a.y}, {"du", &a.du}, {"dpre", &a.dpre}, {"dpost", &a.dpost}}) {
      check.zero(name, *tensor, t.length, t.lengths);
    }
  }
  // Where a kernel was cut: the directions in turn.
  std::vector<std::int64_t> ends = {std::min(problem.lags(), problem.zero_lag() + t.length)};
  if (t.mode == SGCONV_BIDIRECTIONAL) ends.push_back(std::min(problem.lags(), t.length - 1));
  check.zero("dk", a.dk, problem.lags(), ends,
             std::max<std::int64_t>(0, problem.zero_lag() - (t.length - 1)));

  // A frozen kernel whose D is trained: dk is not wanted.
  const Array<Real> du = array<Real>(in, t.at_start),
                    dskip = array<Real>(t.heads * t.hidden, t.at_start);
  for (Real *input : {du->data(), static_cast<Real *>(nullptr)}) {
    require_ok(sgconv_cpu_convolution_backward(plan, spectrum.data(), t.batch, lengths, a.u->data(),
                                               a.dy->data(), pointer(a.pre), pointer(a.post), input,
                                               nullptr, dskip->data(), nullptr, nullptr),
               "convolution_backward without dk");
    check.same("dskip without dk", dskip, a.dskip);
    dskip->poison();
  }
  check.same("du without dk", du, a.du);
  sgconv_cpu_plan_destroy(plan);
  return check.worst;
}

}  // namespace

oracle::Problem ConvolutionCase::problem() const {
  return {mode, batch, heads, hidden, length, kernel_length, lengths};
}

std::string ConvolutionCase::text() const {
  return problem().text() + (skip ? " skip" : "") + (pre ? " pre" : "") + (post ? " post" : "") +
         " " + oracle::name_of(signals) + (dtype == SGCONV_FLOAT64 ? " float64" : "") +
         " seed=" + std::to_string(seed);
}

void require_ok(sgconv_status status, const char *call) {
  if (status == SGCONV_OK) return;
  if (status == SGCONV_UNSUPPORTED) {
    std::printf("skipped: %s\n", sgconv_cpu_last_error());
    std::exit(77);
  }
  std::printf("FAILED %s: status %d, %s\n", call, static_cast<int>(status),
              sgconv_cpu_last_error());
  std::exit(1);
}

double check_convolution(sgconv_cpu_context *context, const ConvolutionCase &test) {
  return test.dtype == SGCONV_FLOAT64 ? check<double>(context, test) : check<float>(context, test);
}
