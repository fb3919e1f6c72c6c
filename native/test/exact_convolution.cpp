#include "exact_convolution.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace oracle {
namespace {

std::size_t size_of(std::int64_t n) { return static_cast<std::size_t>(n); }

Row row_of(const Row &tensor, std::int64_t row, std::int64_t length) {
  const auto first = tensor.begin() + row * length;
  return {first, first + length};
}

// Times the row of the same number of a gate, if there is one.
template <class Number>
RowOf<Number> gated(const Row &row, const Row &gate, std::int64_t gate_row) {
  const std::size_t first = size_of(gate_row) * row.size();
  RowOf<Number> result(row.begin(), row.end());
  for (std::size_t i = 0; !gate.empty() && i < row.size(); ++i) {
    result[i] *= static_cast<Number>(gate[first + i]);
  }
  return result;
}

template <class Number>
double norm_of(const RowOf<Number> &row) {
  return static_cast<double>(norm(row));
}

// What a kernel and its D weigh lags with: 0 .. L-1, or -(L-1) .. L-1 of one with both sides.
template <class Number>
struct Weights {
  RowOf<Number> lags;
  double norm;  // of k and D apart: they may cancel at lag 0
};

template <class Number>
Weights<Number> weights_of(const Problem &p, const Signals &s, std::int64_t item) {
  const std::int64_t n = p.length, zero = p.two_sided() ? n - 1 : 0;
  RowOf<Number> lags(size_of(zero + n));
  const double *k = s.kernel.data() + item * p.lags();
  for (std::int64_t i = 0; i < p.lags(); ++i) {
    const std::int64_t at = zero + i - p.zero_lag();
    if (at >= 0 && at < zero + n) lags[size_of(at)] = static_cast<Number>(k[i]);
  }
  if (p.mode == SGCONV_BIDIRECTIONAL) {
    const double *back = k + p.heads * p.hidden * p.lags();
    for (std::int64_t j = 0; j < std::min(zero, p.lags()); ++j) {
      lags[size_of(zero - 1 - j)] = static_cast<Number>(back[j]);
    }
  }
  const double skip = s.skip.empty() ? 0.0 : s.skip[size_of(item)];
  const double of_lags = norm_of(lags);
  const double both = std::sqrt(of_lags * of_lags + skip * skip);
  lags[size_of(zero)] += static_cast<Number>(skip);
  return {std::move(lags), both};
}

}  // namespace

std::string Problem::text() const {
  static const char *const modes[] = {"causal", "bidirectional", "circular", "centered"};
  std::string rows = lengths.empty() ? "" : " lengths";
  for (const std::int64_t samples : lengths) rows.append(" ").append(std::to_string(samples));
  return std::string(modes[mode]) + " B=" + std::to_string(batch) + " C=" + std::to_string(heads) +
         " H=" + std::to_string(hidden) + " L=" + std::to_string(length) +
         " K=" + std::to_string(lags()) + rows;
}

std::int64_t Problem::samples(std::int64_t b) const {
  return lengths.empty() ? length : lengths[size_of(b)];
}

template <class Number>
ConvolutionOf<Number>::ConvolutionOf(const Problem &problem, const Signals &signals)
    : p_(problem),
      y_(p_.batch * p_.heads * p_.hidden, p_.length),
      du_(p_.batch * p_.hidden, p_.length),
      dk_(p_.channels() * p_.hidden, p_.lags()),
      dskip_(p_.heads * p_.hidden, 1),
      dpre_(p_.batch * p_.hidden, p_.length),
      dpost_(p_.batch * p_.hidden, p_.length) {
  std::vector<AllLags<Number>> input_gradients(size_of(p_.batch * p_.hidden));
  for (std::int64_t c = 0; c < p_.heads; ++c) {
    for (std::int64_t h = 0; h < p_.hidden; ++h) add_item(signals, c, h, input_gradients);
  }
  if (!signals.dy.empty()) add_input_gradients(signals, input_gradients);
}

// All rows that head c and channel h take part in.
template <class Number>
void ConvolutionOf<Number>::add_item(const Signals &s, std::int64_t c, std::int64_t h,
                                     std::vector<AllLags<Number>> &input_gradients) {
  const std::int64_t n = p_.length, item = c * p_.hidden + h;
  const std::int64_t zero = p_.two_sided() ? n - 1 : 0;
  const Weights<Number> weights = weights_of<Number>(p_, s, item);
  AllLags<Number> correlation;
  for (std::int64_t b = 0; b < p_.batch; ++b) {
    const std::int64_t in = b * p_.hidden + h, out = (b * p_.heads + c) * p_.hidden + h;
    const RowOf<Number> v = cut(gated<Number>(row_of(s.u, in, n), s.pre, in), b);
    const Row post = s.post.empty() ? Row() : row_of(s.post, in, n);
    AllLags<Number> z;
    z.add(folded(product(weights.lags, v), 0), weights.norm * norm_of(v));
    const RowOf<Number> samples = cut(part(z.values(), zero, n), b);
    y_.add(out, samples, z.bound(), post.empty() ? nullptr : &post);
    if (s.dy.empty()) continue;
    const Row dy = row_of(s.dy, out, n);
    const RowOf<Number> g = cut(gated<Number>(dy, s.post, in), b);
    if (!post.empty()) dpost_.add(in, samples, z.bound(), &dy);
    input_gradients[size_of(in)].add(folded(product(reversed(weights.lags), g), n - 1),
                                     weights.norm * norm_of(g));
    correlation.add(folded(product(reversed(v), g), n - 1), norm_of(v) * norm_of(g));
  }
  if (!s.dy.empty()) add_kernel_gradients(item, correlation);
}

// dk, and dD, which is dk at lag 0.
template <class Number>
void ConvolutionOf<Number>::add_kernel_gradients(std::int64_t item, const AllLags<Number> &sum) {
  const RowOf<Number> &all = sum.values();
  const Bound bound = sum.bound();
  dk_.add(item, part(all, correlated() - p_.zero_lag(), p_.lags()), bound);
  dskip_.add(item, {all[size_of(correlated())]}, bound);
  if (p_.mode != SGCONV_BIDIRECTIONAL) return;
  RowOf<Number> back(size_of(p_.lags()));
  for (std::int64_t j = 0; j < std::min(p_.lags(), p_.length - 1); ++j) {
    back[size_of(j)] = all[size_of(p_.length - 2 - j)];
  }
  dk_.add(p_.heads * p_.hidden + item, back, bound);
}

template <class Number>
void ConvolutionOf<Number>::add_input_gradients(const Signals &s,
                                                const std::vector<AllLags<Number>> &sums) {
  for (std::int64_t in = 0; in < p_.batch * p_.hidden; ++in) {
    const AllLags<Number> &all = sums[size_of(in)];
    const RowOf<Number> dv = cut(part(all.values(), correlated(), p_.length), in / p_.hidden);
    const Row pre = s.pre.empty() ? Row() : row_of(s.pre, in, p_.length);
    const Row u = row_of(s.u, in, p_.length);
    du_.add(in, dv, all.bound(), pre.empty() ? nullptr : &pre);
    if (!pre.empty()) dpre_.add(in, dv, all.bound(), &u);
  }
}

// In the circular mode all lags modulo L, where index `zero` is lag 0.
template <class Number>
RowOf<Number> ConvolutionOf<Number>::folded(const RowOf<Number> &all, std::int64_t zero) const {
  if (p_.mode != SGCONV_CIRCULAR) return all;
  RowOf<Number> result(size_of(p_.length));
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(all.size()); ++i) {
    result[size_of((i - zero + p_.length) % p_.length)] += all[size_of(i)];
  }
  return result;
}

// Zero beyond the samples of rows of b.
template <class Number>
RowOf<Number> ConvolutionOf<Number>::cut(RowOf<Number> row, std::int64_t b) const {
  std::fill(row.begin() + p_.samples(b), row.end(), Number{0});
  return row;
}

// So many values from `first` on, zeros beyond the row's ends.
template <class Number>
RowOf<Number> ConvolutionOf<Number>::part(const RowOf<Number> &all, std::int64_t first,
                                          std::int64_t count) {
  const auto end = static_cast<std::int64_t>(all.size());
  RowOf<Number> result(size_of(count));
  for (std::int64_t i = std::max<std::int64_t>(0, -first); i < std::min(count, end - first); ++i) {
    result[size_of(i)] = all[size_of(first + i)];
  }
  return result;
}

template <class Number>
std::vector<Judgement> ConvolutionOf<Number>::judge(const Results &r, Type type) const {
  const Type kernel = type == Type::kFloat64 ? type : Type::kFloat32;
  const struct {
    const char *name;
    const Row &values;
    const Exact<Number> &exact;
    Type type;
  } results[] = {{"y", r.y, y_, type},          {"du", r.du, du_, type},
                 {"dk", r.dk, dk_, kernel},     {"dskip", r.dskip, dskip_, kernel},
                 {"dpre", r.dpre, dpre_, type}, {"dpost", r.dpost, dpost_, type}};
  std::vector<Judgement> judgements;
  for (const auto &result : results) {
    if (result.values.empty()) continue;
    judgements.push_back(
        {result.name, result.exact.error(result.values, result.type), result.type});
  }
  return judgements;
}

template class ConvolutionOf<double>;
template class ConvolutionOf<long double>;

}  // namespace oracle
