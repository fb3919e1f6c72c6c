// Branches of a model, whose rows a tied dropout leaves out or keeps.
#include "cuda/layers/dropout.h"
#include "cuda/layers/layers.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

struct AddArguments {
  int64_t rows, length;
  Mask tied;
  const float *x;  // may be nullptr
  const float *branch;
  float *sum;
};

template <unsigned V>
__global__ void __launch_bounds__(kMaxThreads) add_rows(const AddArguments a) {
  for (int64_t row = thread_row(); row < a.rows; row += row_step()) {
    const float factor = factors<1>(a.tied, row).element[0];
    for (int64_t l = thread_column() * V; l < a.length; l += column_step() * V) {
      const int64_t at = row * a.length + l;
      Pack<float, V> value = load<V>(a.branch + at), x{};
      if (a.x != nullptr) {
        x = load<V>(a.x + at);
      }
#pragma unroll
      for (unsigned i = 0; i < V; ++i) {
        const float kept = dropped(value.element[i], factor);
        value.element[i] = a.x == nullptr ? kept : x.element[i] + kept;
      }
      store(a.sum + at, value);
    }
  }
}

}  // namespace

void launch_add(const sgconv_signal_geometry &g, const Mask &tied, const float *x,
                const float *branch, float *sum, void *stream) {
  const AddArguments arguments{g.batch * g.channels, g.length, tied, x, branch, sum};
  if (by_quads(g.length, {x, branch, sum})) {
    launch("add_rows, by fours", add_rows<kQuad>,
           row_grid(current_target(), arguments.rows, g.length / kQuad), stream, arguments);
  } else {
    launch("add_rows", add_rows<1>, row_grid(current_target(), arguments.rows, g.length), stream,
           arguments);
  }
}

}  // namespace sgconv::cuda
