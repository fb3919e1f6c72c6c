#include "cuda/block/slice_groups.h"

#include "cuda/device/complex.h"
#include "cuda/device/launch.h"
#include "cuda/device/rows.h"
#include "cuda/plan/ranges.h"

namespace sgconv::cuda {
namespace {

struct SliceArguments {
  int64_t numbers, slices, groups;
  const Complex *sums;
  bool continued;
  Complex *group_sums;
};

__global__ void __launch_bounds__(kMaxThreads) add_slices(const SliceArguments a) {
  constexpr int64_t kSlices = block_policy::kSlicesOfGroup;
  for (int64_t group = thread_row(); group < a.groups; group += row_step()) {
    const int64_t first = group * kSlices;
    const int64_t end = first + kSlices < a.slices ? first + kSlices : a.slices;
    for (int64_t n = thread_column(); n < a.numbers; n += column_step()) {
      Complex sum{0.0f, 0.0f};
#pragma unroll 4
      for (int64_t slice = first; slice < end; ++slice) {
        sum = sum + a.sums[slice * a.numbers + n];
      }
      Complex *const to = a.group_sums + group * a.numbers + n;
      *to = a.continued ? *to + sum : sum;
    }
  }
}

}  // namespace

void launch_add_slices(const Target &target, int64_t numbers, int64_t slices, const Complex *sums,
                       bool continued, Complex *groups, void *stream) {
  const int64_t count = ceil_divide(slices, block_policy::kSlicesOfGroup);
  launch("add_slices", add_slices, row_grid(target, count, numbers), stream,
         SliceArguments{numbers, slices, count, sums, continued, groups});
}

}  // namespace sgconv::cuda
