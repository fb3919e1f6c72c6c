// Twiddles of a transform, computed in double and rounded once.
#ifndef SGCONV_CPU_TABLES_H
#define SGCONV_CPU_TABLES_H

#include <cstdint>

#include "cpu/factors.h"
#include "cpu/memory.h"
#include "cpu/transform.h"

namespace sgconv {

// Fills in everything of `transform` for rows of `length`; the tables live in the buffer returned.
Buffer make_transform(std::int64_t length, const Factors &factors, std::int64_t width,
                      Transform &transform);

}  // namespace sgconv

#endif
