// Host values of a signal type, and calls that must succeed.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "oracle.h"
#include "sgconv/cuda.h"

namespace sgconv::test {

using Doubles = oracle::Row;

template <class T>
std::vector<T> narrow(const Doubles &values);
template <class T>
Doubles widen(const std::vector<T> &values);

// What memory holds before it is written: NaN in every type.
template <class T>
std::vector<T> poison(int64_t count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  std::memset(static_cast<void *>(values.data()), 0xff, values.size() * sizeof(T));
  return values;
}

inline void ok(sgconv_status status, const char *what) {
  if (status != SGCONV_OK) {
    std::fprintf(stderr, "%s: status %d: %s\n", what, static_cast<int>(status),
                 sgconv_cuda_last_error());
    std::exit(3);
  }
}

}  // namespace sgconv::test
