// What is right, for the tests of all native libraries: values that share no code with them (direct
// sums for short rows, a textbook FFT for long ones), and the one rule by which a result is judged
// (docs/adr/0017). Values are double, or long double to judge results in float64: Number is either.
#ifndef SGCONV_TEST_ORACLE_H
#define SGCONV_TEST_ORACLE_H

#include <cstdint>
#include <vector>

namespace oracle {

template <class Number>
using RowOf = std::vector<Number>;
using Row = RowOf<double>;

// What results are stored as. All but float64 are computed in float32.
enum class Type { kFloat32, kBfloat16, kFloat16, kFloat64 };

// The nearest values that the type can hold; they must lie within its range.
Row rounded(Row values, Type type);

// Every lag of the linear convolution: a.size() + b.size() - 1 values.
template <class Number>
RowOf<Number> product(const RowOf<Number> &a, const RowOf<Number> &b);
template <class Number>
RowOf<Number> reversed(RowOf<Number> x);
template <class Number>
Number norm(const RowOf<Number> &x);

// How far a row may be off in float32: the norm of its error, and each element. Results in float64
// may be off by 2^-29 of that.
struct Bound {
  double norm = 0.0, element = 0.0;
};

// A sum of products of pairs of rows over all their lags, and what their transforms carry.
template <class Number>
class AllLags {
 public:
  // `pair`: the product of the norms of both rows.
  void add(const RowOf<Number> &product, double pair);
  const RowOf<Number> &values() const { return sum_; }
  Bound bound() const;

 private:
  RowOf<Number> sum_;
  double carried_ = 0.0, peak_ = 0.0;  // squared
};

// The bound of sums of terms, from the sums of the terms' magnitudes.
template <class Number>
Bound bound_of_sums(const RowOf<Number> &terms);

// Exact values of a tensor and what each row and element may be off by.
template <class Number = double>
class Exact {
 public:
  Exact(std::int64_t rows, std::int64_t length);
  // Adds a row with its bound, times a gate if there is one.
  void add(std::int64_t row, const RowOf<Number> &values, const Bound &bound,
           const Row *gate = nullptr);
  const RowOf<Number> &values() const { return values_; }
  // The largest error of a row's norm or of an element as a fraction of its bound: at most 1
  // passes. Infinite where there are not as many values, or one that is not finite: no test here
  // leaves a type's range.
  double error(const Row &out, Type type = Type::kFloat32) const;

 private:
  double row_error(const Row &out, Type type, std::size_t row) const;

  std::size_t length_;
  RowOf<Number> values_;
  Row elements_, norms_;
};

// The same for sums that are judged together as one row, of which nothing is thought to cancel.
template <class Number = double>
double error_of_sums(const Row &out, const RowOf<Number> &expected, Type type = Type::kFloat32);

// A result by its name, with its error.
struct Judgement {
  const char *name;
  double error;
  Type type = Type::kFloat32;
};

}  // namespace oracle

#endif
