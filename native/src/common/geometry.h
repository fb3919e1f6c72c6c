// What both libraries accept of a geometry.
#ifndef SGCONV_COMMON_GEOMETRY_H
#define SGCONV_COMMON_GEOMETRY_H

#include <cstdint>

#include "sgconv/geometry.h"

namespace sgconv {

// Longest row or kernel: the tables and indices of a transform stay far below overflow.
constexpr std::int64_t kMostLength = std::int64_t{1} << 40;

// `name`: of the argument, which the texts begin with.
void check_geometry(const char *name, const sgconv_kernel_geometry *geometry);
void check_geometry(const char *name, const sgconv_convolution_geometry *geometry);

// M = d * 2^(S-1+r) of a checked geometry; a failure where it exceeds 2^56.
std::int64_t full_length(const sgconv_kernel_geometry &geometry);

// Samples of the rows of each of `batch` signals, or null: all L. A circular convolution has none.
void check_lengths(const sgconv_convolution_geometry &geometry, std::int64_t batch,
                   const std::int64_t *lengths);
// The same where the mode does not matter.
void check_lengths(std::int64_t length, std::int64_t batch, const std::int64_t *lengths);

// Lags that synthesis is asked for.
void check_synthesized(const sgconv_kernel_geometry &geometry, std::int64_t length);

}  // namespace sgconv

#endif
