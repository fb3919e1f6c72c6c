// Kernel synthesis against its formulas in float64.
#include "cases.h"
#include "check.h"
#include "synthesis_cases.h"

using namespace sgconv::test;

int main() {
  for (const int32_t composition : {SGCONV_CONCATENATE, SGCONV_SUM}) {
    for (const int32_t interpolation : {SGCONV_LINEAR, SGCONV_NEAREST}) {
      for (const int32_t decay : {SGCONV_GEOMETRIC, SGCONV_POWER}) {
        const auto geometry = [&](int64_t channels, int64_t hidden, int64_t dim, int64_t scales,
                                  int64_t init_scale) {
          return sgconv_kernel_geometry{channels,    hidden,        dim,   scales, init_scale,
                                        composition, interpolation, decay, 0};
        };
        run_synthesis(geometry(1, 1, 1, 1, 0), 1);
        run_synthesis(geometry(1, 2, 1, 3, 1), 9);
        run_synthesis(geometry(2, 3, 4, 3, 0), 7);
        run_synthesis(geometry(2, 3, 5, 4, 2), 200);   // longer than M
        run_synthesis(geometry(2, 19, 8, 6, 0), 256);  // more rows than blocks
        run_synthesis(geometry(1, 2, 16, 11, 0), 14113);
        run_synthesis(geometry(1, 1, 3, 12, 1), 12288);  // the longest groups of lanes
      }
    }
  }
  run_synthesis({1, 1, 32, 14, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_GEOMETRIC, 0}, 250001);
  run_synthesis({1, 1, 32, 14, 0, SGCONV_CONCATENATE, SGCONV_LINEAR, SGCONV_POWER, 0}, 250001);
  print_worst("synthesis");
  return failures() == 0 ? 0 : 1;
}
