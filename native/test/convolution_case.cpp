#include "convolution_case.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "guarded.h"
#include "oracle.h"
#include "random.h"

namespace {

using oracle::Lags;
using oracle::Row;
using Array = std::unique_ptr<Guarded>;

Array array(std::int64_t count, bool at_start) {
  return std::make_unique<Guarded>(count, at_start);
}

Array random_array(std::int64_t count, bool at_start, Random &random) {
  Array result = array(count, at_start);
  for (std::int64_t i = 0; i < count; ++i) (*result)[i] = random.normal();
  return result;
}

const float *pointer(const Array &a) { return a ? a->data() : nullptr; }

Row row_of(const Array &a, std::int64_t row, std::int64_t length, const Array &gate = nullptr,
           std::int64_t gate_row = 0) {
  Row result(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i) {
    double value = static_cast<double>((*a)[row * length + i]);
    if (gate) value *= static_cast<double>((*gate)[gate_row * length + i]);
    result[static_cast<std::size_t>(i)] = value;
  }
  return result;
}

struct Arrays {
  Array u, k, skip, pre, post, dy, y, du, dk, dskip, dpre, dpost;
};

struct Check {
  const ConvolutionCase &test;
  double worst = 0.0;
  void operator()(const char *name, const Array &out, const std::vector<double> &expected) {
    const double error = oracle::error_in_bounds(out->data(), expected.data(), out->count());
    if (!(error <= 1.0)) {
      std::printf("FAILED %s: %s is off by %.3g times the bound\n", test.text().c_str(), name,
                  error);
    }
    worst = std::max(worst, error);
  }
  // The same bits, whatever else was asked for.
  void same(const char *name, const Array &out, const Array &expected) {
    for (std::int64_t i = 0; i < out->count(); ++i) {
      if ((*out)[i] == (*expected)[i]) continue;
      std::printf("FAILED %s: %s[%lld] is %.9g, expected %.9g\n", test.text().c_str(), name,
                  static_cast<long long>(i), static_cast<double>((*out)[i]),
                  static_cast<double>((*expected)[i]));
      worst = INFINITY;
      return;
    }
  }
};

std::size_t size_of(std::int64_t n) { return static_cast<std::size_t>(n); }

Lags kernel_lags(const ConvolutionCase &t, const Arrays &a, std::int64_t c, std::int64_t h) {
  const std::int64_t L = t.length, zero = L - 1;
  Lags lags(size_of(2 * L - 1), 0.0);
  const float *k = a.k->data() + (c * t.hidden + h) * L;
  const float *back = k + t.heads * t.hidden * L;
  for (std::int64_t j = 0; j < L; ++j) lags[size_of(zero + j)] = static_cast<double>(k[j]);
  for (std::int64_t j = 1; j < L && t.mode == SGCONV_CIRCULAR; ++j) {
    lags[size_of(zero + j - L)] = static_cast<double>(k[j]);
  }
  for (std::int64_t j = 0; j + 1 < L && t.mode == SGCONV_BIDIRECTIONAL; ++j) {
    lags[size_of(zero - 1 - j)] = static_cast<double>(back[j]);
  }
  if (a.skip) lags[size_of(zero)] += static_cast<double>((*a.skip)[c * t.hidden + h]);
  return lags;
}

void add_row(std::vector<double> &sum, std::int64_t row, const Row &term, const Row *factor) {
  const std::size_t L = term.size();
  for (std::size_t i = 0; i < L; ++i) {
    sum[size_of(row) * L + i] += term[i] * (factor == nullptr ? 1.0 : (*factor)[i]);
  }
}

// One number a head and h: random terms may cancel to nothing, so its errors count as those of the
// correlation at lag 0, among all others.
void check_skip(const Arrays &a, const std::vector<double> &dk, const std::vector<double> &dskip,
                Check &check) {
  const Array all = array(a.dk->count() + a.dskip->count(), true);
  std::vector<double> expected = dk;
  expected.insert(expected.end(), dskip.begin(), dskip.end());
  for (std::int64_t i = 0; i < all->count(); ++i) {
    const bool skip = i >= a.dk->count();
    // dk itself is checked apart.
    (*all)[i] = skip ? (*a.dskip)[i - a.dk->count()] : static_cast<float>(dk[size_of(i)]);
  }
  check("dskip", all, expected);
}

void compare(const ConvolutionCase &t, const Arrays &a, Check &check) {
  const std::int64_t L = t.length;
  const auto zeros = [](const Array &like) {
    return std::vector<double>(like ? size_of(like->count()) : 0, 0.0);
  };
  std::vector<double> y = zeros(a.y), du = zeros(a.du), dk = zeros(a.dk), dskip = zeros(a.dskip);
  std::vector<double> dpre = zeros(a.dpre), dpost = zeros(a.dpost);
  for (std::int64_t c = 0; c < t.heads; ++c) {
    for (std::int64_t h = 0; h < t.hidden; ++h) {
      const Lags lags = kernel_lags(t, a, c, h);
      Lags sum(lags.size(), 0.0);
      for (std::int64_t b = 0; b < t.batch; ++b) {
        const std::int64_t in = b * t.hidden + h, out = (b * t.heads + c) * t.hidden + h;
        const Row u = row_of(a.u, in, L), v = row_of(a.u, in, L, a.pre, in);
        const Row dy = row_of(a.dy, out, L), g = row_of(a.dy, out, L, a.post, in);
        const Row z = oracle::convolve(lags, v), dv = oracle::convolve_transposed(lags, g);
        const Row pre = t.pre ? row_of(a.pre, in, L) : Row();
        const Row post = t.post ? row_of(a.post, in, L) : Row();
        add_row(y, out, z, t.post ? &post : nullptr);
        add_row(du, in, dv, t.pre ? &pre : nullptr);
        if (t.pre) add_row(dpre, in, dv, &u);
        if (t.post) add_row(dpost, in, z, &dy);
        const Lags correlation = oracle::correlate(v, g);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += correlation[i];
      }
      const std::int64_t zero = L - 1, item = c * t.hidden + h;
      dskip[size_of(item)] = sum[size_of(zero)];
      for (std::int64_t j = 0; j < L; ++j) {
        double value = sum[size_of(zero + j)];
        if (t.mode == SGCONV_CIRCULAR && j > 0) value += sum[size_of(zero + j - L)];
        dk[size_of(item * L + j)] = value;
        if (t.mode == SGCONV_BIDIRECTIONAL && j + 1 < L) {
          dk[size_of((t.heads * t.hidden + item) * L + j)] = sum[size_of(zero - 1 - j)];
        }
      }
    }
  }
  check("y", a.y, y);
  check("du", a.du, du);
  check("dk", a.dk, dk);
  check_skip(a, dk, dskip, check);
  if (a.dpre) check("dpre", a.dpre, dpre);
  if (a.dpost) check("dpost", a.dpost, dpost);
}

}  // namespace

std::string ConvolutionCase::text() const {
  static const char *const modes[] = {"causal", "bidirectional", "circular"};
  return std::string(modes[mode]) + " B=" + std::to_string(batch) + " C=" + std::to_string(heads) +
         " H=" + std::to_string(hidden) + " L=" + std::to_string(length) + (skip ? " skip" : "") +
         (pre ? " pre" : "") + (post ? " post" : "") + " seed=" + std::to_string(seed);
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

double check_convolution(sgconv_cpu_context *context, const ConvolutionCase &t) {
  const sgconv_convolution_geometry geometry = {t.heads, t.hidden, t.length, t.mode, 0};
  sgconv_cpu_plan *plan = nullptr;
  require_ok(sgconv_cpu_plan_create(context, &geometry, &plan), "plan_create");
  std::int64_t size = 0, bytes = 0;
  require_ok(sgconv_cpu_plan_transform_size(plan, &size), "plan_transform_size");
  require_ok(sgconv_cpu_plan_spectrum_bytes(plan, &bytes), "plan_spectrum_bytes");
  Check check{t};
  if (size < t.length || 4 * size > 5 * t.length) {
    std::printf("FAILED %s: transform size %lld\n", t.text().c_str(), static_cast<long long>(size));
    check.worst = INFINITY;
  }

  Random random(static_cast<std::uint64_t>(t.seed));
  const std::int64_t L = t.length, in = t.batch * t.hidden * L;
  const std::int64_t out = in * t.heads,
                     channels = t.heads * (t.mode == SGCONV_BIDIRECTIONAL ? 2 : 1);
  Arrays a;
  a.u = random_array(in, t.at_start, random);
  a.k = random_array(channels * t.hidden * L, t.at_start, random);
  a.dy = random_array(out, t.at_start, random);
  if (t.skip) a.skip = random_array(t.heads * t.hidden, t.at_start, random);
  if (t.pre) a.pre = random_array(in, t.at_start, random);
  if (t.post) a.post = random_array(in, t.at_start, random);
  a.y = array(out, t.at_start);
  a.du = array(in, t.at_start);
  a.dk = array(channels * t.hidden * L, t.at_start);
  a.dskip = array(t.heads * t.hidden, t.at_start);
  if (t.pre) a.dpre = array(in, t.at_start);
  if (t.post) a.dpost = array(in, t.at_start);

  // Rounded up to pages and thus aligned, like everything that mmap returns.
  Guarded spectrum((bytes + 4095) / 4096 * 1024, true);
  require_ok(sgconv_cpu_spectrum_prepare(plan, a.k->data(), pointer(a.skip), spectrum.data()),
             "spectrum_prepare");
  require_ok(sgconv_cpu_convolution_forward(plan, spectrum.data(), t.batch, a.u->data(),
                                            pointer(a.pre), pointer(a.post), a.y->data()),
             "convolution_forward");
  require_ok(sgconv_cpu_convolution_backward(
                 plan, spectrum.data(), t.batch, a.u->data(), a.dy->data(), pointer(a.pre),
                 pointer(a.post), a.du->data(), a.dk->data(), a.dskip->data(),
                 t.pre ? a.dpre->data() : nullptr, t.post ? a.dpost->data() : nullptr),
             "convolution_backward");
  compare(t, a, check);

  // A frozen kernel whose D is trained: dk is not wanted.
  const Array du = array(in, t.at_start), dskip = array(t.heads * t.hidden, t.at_start);
  for (float *input : {du->data(), static_cast<float *>(nullptr)}) {
    require_ok(sgconv_cpu_convolution_backward(plan, spectrum.data(), t.batch, a.u->data(),
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
