// Float64 oracle for the convolution tests, independent of the library: direct sums for short rows,
// a textbook FFT for long ones.
#ifndef SGCONV_TEST_ORACLE_H
#define SGCONV_TEST_ORACLE_H

#include <cstdint>
#include <vector>

namespace oracle {

using Row = std::vector<double>;

// Every lag of the linear convolution: a.size() + b.size() - 1 values.
Row product(const Row &a, const Row &b);
Row reversed(Row x);
double norm(const Row &x);

// How far a row may be off in float32 (docs/adr/0017): the norm of its error, and each element.
struct Bound {
  double norm = 0.0, element = 0.0;
};

// A sum of products of pairs of rows over all their lags, and what their transforms carry.
class AllLags {
 public:
  // `pair`: the product of the norms of both rows.
  void add(const Row &product, double pair);
  const Row &values() const { return sum_; }
  Bound bound() const;

 private:
  Row sum_;
  double carried_ = 0.0, peak_ = 0.0;  // squared
};

// Exact values of a tensor and what each row and element may be off by.
class Exact {
 public:
  Exact(std::int64_t rows, std::int64_t length);
  // Adds a row with its bound, times a gate if there is one.
  void add(std::int64_t row, const Row &values, const Bound &bound, const Row *gate = nullptr);
  // Norms of out - exact, or elements, in units of the bound: at most 1 passes, NaN never.
  double error(const float *out) const;

 private:
  std::size_t length_;
  std::vector<double> values_, elements_, norms_;
};

// The same for sums that are one row. `terms`, if given, are the sums of the magnitudes that each
// element is made of, which errors are relative to; without them nothing is thought to cancel.
double error_in_bounds(const float *out, const double *expected, std::int64_t count,
                       const double *terms = nullptr);

}  // namespace oracle

#endif
