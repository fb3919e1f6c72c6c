// The tensors of one convolution on the device: inputs, which hold NaN beyond their lengths, and
// outputs, which hold NaN before they are written.
#pragma once

#include <limits>
#include <string>

#include "check.h"
#include "device.h"
#include "exact_convolution.h"
#include "values.h"

namespace sgconv::test {

using oracle::Problem;
using oracle::Results;
using oracle::Signals;

template <class T>
class Operands {
 public:
  // `skew`: elements by which signals miss the alignment of cudaMalloc.
  Operands(const Problem &problem, const Signals &s, std::size_t skew)
      : p_(problem),
        pre_there_(!s.pre.empty()),
        post_there_(!s.post.empty()),
        u_(input(s.u, 1), skew),
        dy_(input(s.dy, p_.heads), skew),
        pre_(input(s.pre, 1), skew),
        post_(input(s.post, 1), skew),
        y_(poison<T>(p_.outputs()), skew),
        du_(poison<T>(p_.inputs()), skew),
        dpre_(poison<T>(p_.inputs()), skew),
        dpost_(poison<T>(p_.inputs()), skew),
        kernel_(narrow<float>(s.kernel)),
        skip_(narrow<float>(s.skip)),
        dk_(poison<float>(p_.kernels())),
        dskip_(poison<float>(p_.heads * p_.hidden)) {}

  const T *u() { return u_.get(); }
  const T *dy() { return dy_.get(); }
  const T *pre() { return pre_there_ ? pre_.get() : nullptr; }
  const T *post() { return post_there_ ? post_.get() : nullptr; }
  const float *kernel() { return kernel_.get(); }
  const float *skip() { return skip_.size() > 0 ? skip_.get() : nullptr; }
  const int64_t *lengths() const { return p_.lengths.empty() ? nullptr : p_.lengths.data(); }
  T *y() { return y_.get(); }
  T *du() { return du_.get(); }
  T *dpre() { return pre_there_ ? dpre_.get() : nullptr; }
  T *dpost() { return post_there_ ? dpost_.get() : nullptr; }
  float *dk() { return dk_.get(); }
  float *dskip() { return dskip_.get(); }

  Results results() const {
    return {output("y", y_, p_.heads),
            output("du", du_, 1),
            widen(dk_.host()),
            widen(dskip_.host()),
            pre_there_ ? output("dpre", dpre_, 1) : Doubles{},
            post_there_ ? output("dpost", dpost_, 1) : Doubles{}};
  }

 private:
  // Calls body(i) with every element of (B, heads, H, L) that is beyond its signal.
  template <class Body>
  void each_beyond(int64_t heads, Body &&body) const {
    for (int64_t b = 0; b < p_.batch; ++b) {
      for (int64_t row = 0; row < heads * p_.hidden; ++row) {
        for (int64_t n = p_.samples(b); n < p_.length; ++n) {
          body(static_cast<std::size_t>((b * heads * p_.hidden + row) * p_.length + n));
        }
      }
    }
  }

  std::vector<T> input(Doubles values, int64_t heads) const {
    if (!values.empty()) {
      each_beyond(heads,
                  [&](std::size_t i) { values[i] = std::numeric_limits<double>::quiet_NaN(); });
    }
    return narrow<T>(values);
  }

  Doubles output(const char *name, const DeviceArray<T> &array, int64_t heads) const {
    const std::vector<T> values = array.host();
    std::size_t wrong = 0;
    each_beyond(heads, [&](std::size_t i) {
      const T zero{};
      wrong += std::size_t{std::memcmp(&values[i], &zero, sizeof zero) != 0};
    });
    check(wrong == 0, p_.text() + ": " + name + " has " + std::to_string(wrong) +
                          " values other than zero beyond its signals");
    return widen(values);
  }

  Problem p_;
  bool pre_there_, post_there_;
  DeviceArray<T> u_, dy_, pre_, post_, y_, du_, dpre_, dpost_;
  DeviceArray<float> kernel_, skip_, dk_, dskip_;
};

}  // namespace sgconv::test
