// Float64 oracle for the convolution tests, independent of the library: direct sums for short rows,
// a textbook FFT for long ones.
#ifndef SGCONV_TEST_ORACLE_H
#define SGCONV_TEST_ORACLE_H

#include <cstdint>
#include <vector>

namespace oracle {

// Values at lags -(L-1) .. L-1: element l + L - 1.
using Lags = std::vector<double>;
using Row = std::vector<double>;

// y[t] = sum over s of lags[t - s] u[s]
Row convolve(const Lags &lags, const Row &u);
// g[s] = sum over t of lags[t - s] dy[t]
Row convolve_transposed(const Lags &lags, const Row &dy);
// c[l] = sum over t of dy[t] u[t - l]
Lags correlate(const Row &u, const Row &dy);

// Norms of out - expected in units of the bound of SEMANTICS section 6: at most 1 passes, NaN
// never. `terms`, if given, is the sum of the magnitudes that each element is made of: four
// roundings of it are not counted for the largest error. A kernel's first samples may be thousands
// of times its rms, where storing a float already rounds by more than the bound.
double error_in_bounds(const float *out, const double *expected, std::int64_t count,
                       const double *terms = nullptr);

}  // namespace oracle

#endif
