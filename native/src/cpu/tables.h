// Twiddles of a transform: computed in double and rounded once for float, as near as double can be
// for double.
#ifndef SGCONV_CPU_TABLES_H
#define SGCONV_CPU_TABLES_H

#include <cstdint>

#include "cpu/factors.h"
#include "cpu/memory.h"
#include "cpu/transform.h"

namespace sgconv {

// What the tables of a transform take.
struct TableSizes {
  std::int64_t reals;           // of the tables
  std::int64_t building_bytes;  // besides, while they are computed
};

// Fills in `transform` for rows of `length`, but for the tables. Computes none, whatever the
// length.
template <class Real>
TableSizes lay_out_transform(std::int64_t length, const Factors &factors, std::int64_t width,
                             Transform<Real> &transform);

// Computes the tables of a transform that was laid out; they live in the buffer returned.
template <class Real>
Buffer fill_tables(const TableSizes &sizes, std::int64_t width, Transform<Real> &transform);

}  // namespace sgconv

#endif
