// What is right, for the tests of all native libraries: float64 values that share no code with
// them (direct sums for short rows, a textbook FFT for long ones), and the one rule by which a
// result is judged (docs/adr/0017).
#ifndef SGCONV_TEST_ORACLE_H
#define SGCONV_TEST_ORACLE_H

#include <cstdint>
#include <vector>

namespace oracle {

using Row = std::vector<double>;

// What results are stored as. All are computed in float32.
enum class Type { kFloat32, kBfloat16, kFloat16 };

// The nearest values that the type can hold; they must lie within its range.
Row rounded(Row values, Type type);

// Every lag of the linear convolution: a.size() + b.size() - 1 values.
Row product(const Row &a, const Row &b);
Row reversed(Row x);
double norm(const Row &x);

// How far a row may be off in float32: the norm of its error, and each element.
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

// The bound of sums of terms, from the sums of the terms' magnitudes.
Bound bound_of_sums(const Row &terms);

// Exact values of a tensor and what each row and element may be off by.
class Exact {
 public:
  Exact(std::int64_t rows, std::int64_t length);
  // Adds a row with its bound, times a gate if there is one.
  void add(std::int64_t row, const Row &values, const Bound &bound, const Row *gate = nullptr);
  const Row &values() const { return values_; }
  // The largest error of a row's norm or of an element as a fraction of its bound: at most 1
  // passes. Infinite where there are not as many values, or one that is not finite: no test here
  // leaves a type's range.
  double error(const Row &out, Type type = Type::kFloat32) const;

 private:
  double row_error(const Row &out, Type type, std::size_t row) const;

  std::size_t length_;
  Row values_, elements_, norms_;
};

// The same for sums that are judged together as one row, of which nothing is thought to cancel.
double error_of_sums(const Row &out, const Row &expected);

// A result by its name, with its error.
struct Judgement {
  const char *name;
  double error;
  Type type = Type::kFloat32;
};

}  // namespace oracle

#endif
