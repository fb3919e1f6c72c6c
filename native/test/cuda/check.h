// Checks that name what failed; a test program returns `failures() != 0`.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace sgconv::test {

inline int &failures() {
  static int count = 0;
  return count;
}

inline void check(bool holds, const std::string &what) {
  if (!holds) {
    ++failures();
    std::fprintf(stderr, "FAILED: %s\n", what.c_str());
  }
}

template <class A, class B>
void check_equal(const A &actual, const B &expected, const std::string &what) {
  check(actual == expected, what + ": " + std::to_string(static_cast<long long>(actual)) +
                                ", expected " + std::to_string(static_cast<long long>(expected)));
}

}  // namespace sgconv::test
