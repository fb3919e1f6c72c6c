#include "tier.h"

#include "vector.h"

#define SGCONV_BENCH_TEXT_OF(name) #name
#define SGCONV_BENCH_TEXT(name) SGCONV_BENCH_TEXT_OF(name)

namespace {

void copy(float *to, const float *from, int64_t count) {
  for (int64_t i = 0; i < count; i += 4 * kLanes) {
    const Vector a = load(from + i), b = load(from + i + kLanes);
    const Vector c = load(from + i + 2 * kLanes), d = load(from + i + 3 * kLanes);
    store(to + i, a);
    store(to + i + kLanes, b);
    store(to + i + 2 * kLanes, c);
    store(to + i + 3 * kLanes, d);
  }
}

void copy_streaming(float *to, const float *from, int64_t count) {
  for (int64_t i = 0; i < count; i += 4 * kLanes) {
    const Vector a = load(from + i), b = load(from + i + kLanes);
    const Vector c = load(from + i + 2 * kLanes), d = load(from + i + 3 * kLanes);
    stream(to + i, a);
    stream(to + i + kLanes, b);
    stream(to + i + 2 * kLanes, c);
    stream(to + i + 3 * kLanes, d);
  }
  finish_stream();
}

// Ten independent sums: more than the latency times the width of any current core's units, and few
// enough for sixteen registers.
int64_t multiply_add_rounds(int64_t rounds) {
  Vector factor = splat(0.5f), term = splat(0.5f);
  Vector a = splat(1.0f), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a;
  keep(factor), keep(term);
  for (int64_t r = 0; r < rounds; ++r) {
    keep(a), a = multiply_add(a, factor, term);
    keep(b), b = multiply_add(b, factor, term);
    keep(c), c = multiply_add(c, factor, term);
    keep(d), d = multiply_add(d, factor, term);
    keep(e), e = multiply_add(e, factor, term);
    keep(f), f = multiply_add(f, factor, term);
    keep(g), g = multiply_add(g, factor, term);
    keep(h), h = multiply_add(h, factor, term);
    keep(i), i = multiply_add(i, factor, term);
    keep(j), j = multiply_add(j, factor, term);
  }
  keep(a), keep(b), keep(c), keep(d), keep(e), keep(f), keep(g), keep(h), keep(i), keep(j);
  return rounds * 10 * 2 * kLanes;
}

}  // namespace

namespace sgconv_bench {

const Tier SGCONV_BENCH_TIER = {SGCONV_BENCH_TEXT(SGCONV_BENCH_TIER), copy, copy_streaming,
                                multiply_add_rounds};

}  // namespace sgconv_bench
