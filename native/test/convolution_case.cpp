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
  void operator()(const char *name, const Array &out, const oracle::Exact &exact) {
    const double error = exact.error(out->data());
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

// Lags 0 .. L-1 of a kernel, or of a bidirectional one -(L-1) .. L-1, with D at lag 0.
Row kernel_lags(const ConvolutionCase &t, const Arrays &a, std::int64_t c, std::int64_t h) {
  const std::int64_t L = t.length, zero = t.mode == SGCONV_BIDIRECTIONAL ? L - 1 : 0;
  Row lags(size_of(zero + L), 0.0);
  const float *k = a.k->data() + (c * t.hidden + h) * L;
  const float *back = k + t.heads * t.hidden * L;
  for (std::int64_t j = 0; j < L; ++j) lags[size_of(zero + j)] = static_cast<double>(k[j]);
  for (std::int64_t j = 0; j < zero; ++j)
    lags[size_of(zero - 1 - j)] = static_cast<double>(back[j]);
  if (a.skip) lags[size_of(zero)] += static_cast<double>((*a.skip)[c * t.hidden + h]);
  return lags;
}

// In the circular mode all lags modulo L, where index `zero` is lag 0.
Row folded(const ConvolutionCase &t, const Row &all, std::int64_t zero) {
  if (t.mode != SGCONV_CIRCULAR) return all;
  Row result(size_of(t.length), 0.0);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(all.size()); ++i) {
    result[size_of((i - zero + t.length) % t.length)] += all[size_of(i)];
  }
  return result;
}

Row part(const Row &all, std::int64_t first, std::int64_t length) {
  return {all.begin() + first, all.begin() + first + length};
}

void add_product(const ConvolutionCase &t, oracle::AllLags &sum, const Row &a, const Row &b,
                 std::int64_t zero) {
  sum.add(folded(t, oracle::product(a, b), zero), oracle::norm(a) * oracle::norm(b));
}

// dk, and dD, which is dk at lag 0.
void add_kernel_gradients(const ConvolutionCase &t, std::int64_t item, const oracle::AllLags &sum,
                          oracle::Exact &dk, oracle::Exact &dskip) {
  const std::int64_t L = t.length, zero = t.mode == SGCONV_CIRCULAR ? 0 : L - 1;
  const oracle::Bound bound = sum.bound();
  dk.add(item, part(sum.values(), zero, L), bound);
  dskip.add(item, {sum.values()[size_of(zero)]}, bound);
  if (t.mode != SGCONV_BIDIRECTIONAL) return;
  Row back(size_of(L), 0.0);
  for (std::int64_t j = 0; j + 1 < L; ++j) back[size_of(j)] = sum.values()[size_of(L - 2 - j)];
  dk.add(t.heads * t.hidden + item, back, bound);
}

void compare(const ConvolutionCase &t, const Arrays &a, Check &check) {
  const std::int64_t L = t.length, zero = t.mode == SGCONV_BIDIRECTIONAL ? L - 1 : 0;
  const std::int64_t items = t.heads * t.hidden, signals = t.batch * t.hidden;
  oracle::Exact y(t.batch * items, L), du(signals, L), dpre(signals, L), dpost(signals, L);
  oracle::Exact dk(t.mode == SGCONV_BIDIRECTIONAL ? 2 * items : items, L), dskip(items, 1);
  std::vector<oracle::AllLags> input_gradients(size_of(signals));
  for (std::int64_t c = 0; c < t.heads; ++c) {
    for (std::int64_t h = 0; h < t.hidden; ++h) {
      const Row lags = kernel_lags(t, a, c, h);
      oracle::AllLags correlation;
      for (std::int64_t b = 0; b < t.batch; ++b) {
        const std::int64_t in = b * t.hidden + h, out = (b * t.heads + c) * t.hidden + h;
        const Row v = row_of(a.u, in, L, a.pre, in);
        const Row dy = row_of(a.dy, out, L), g = row_of(a.dy, out, L, a.post, in);
        const Row post = t.post ? row_of(a.post, in, L) : Row();
        oracle::AllLags z;
        add_product(t, z, lags, v, 0);
        y.add(out, part(z.values(), zero, L), z.bound(), t.post ? &post : nullptr);
        if (t.post) dpost.add(in, part(z.values(), zero, L), z.bound(), &dy);
        add_product(t, input_gradients[size_of(in)], oracle::reversed(lags), g, L - 1);
        add_product(t, correlation, oracle::reversed(v), g, L - 1);
      }
      add_kernel_gradients(t, c * t.hidden + h, correlation, dk, dskip);
    }
  }
  for (std::int64_t in = 0; in < signals; ++in) {
    const oracle::AllLags &all = input_gradients[size_of(in)];
    const Row dv = part(all.values(), t.mode == SGCONV_CIRCULAR ? 0 : L - 1, L);
    const Row pre = t.pre ? row_of(a.pre, in, L) : Row(), u = row_of(a.u, in, L);
    du.add(in, dv, all.bound(), t.pre ? &pre : nullptr);
    if (t.pre) dpre.add(in, dv, all.bound(), &u);
  }
  check("y", a.y, y);
  check("du", a.du, du);
  check("dk", a.dk, dk);
  check("dskip", a.dskip, dskip);
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
