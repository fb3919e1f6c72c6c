// Swaps the last two axes.
#include "cuda/layers/layers.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

constexpr int kPitch = kWarp + 1;  // reads along a column meet no bank twice

struct TransposeArguments {
  int64_t batch, rows, columns, across, down;  // tiles along columns and rows
  const float *x;
  float *y;
};

__global__ void __launch_bounds__(kMaxThreads) transpose_tiles(const TransposeArguments a) {
  SGCONV_SHARED(float, tiles, 2 * kWarp * kPitch);
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  int turn = 0;  // others may still read the tile before
  for (int64_t tile = blockIdx.x; tile < a.batch * a.across * a.down; tile += gridDim.x) {
    const int64_t b = tile / (a.across * a.down);
    const int64_t row = tile / a.across % a.down * kWarp;
    const int64_t column = tile % a.across * kWarp;
    const float *const from = a.x + b * a.rows * a.columns;
    float *const to = a.y + b * a.rows * a.columns;
    float *const here = tiles + turn * kWarp * kPitch;
    turn = 1 - turn;
    for (int i = warp; i < kWarp; i += kMostWarps) {
      if (row + i < a.rows && column + lane < a.columns) {
        here[i * kPitch + lane] = from[(row + i) * a.columns + column + lane];
      }
    }
    __syncthreads();
    for (int i = warp; i < kWarp; i += kMostWarps) {
      if (column + i < a.columns && row + lane < a.rows) {
        to[(column + i) * a.rows + row + lane] = here[lane * kPitch + i];
      }
    }
  }
}

}  // namespace

void launch_transpose(int64_t batch, int64_t rows, int64_t columns, const float *x, float *y,
                      void *stream) {
  const int64_t across = (columns + kWarp - 1) / kWarp, down = (rows + kWarp - 1) / kWarp;
  launch("transpose_tiles", transpose_tiles,
         reduction_grid(current_target(), batch * across * down), stream,
         TransposeArguments{batch, rows, columns, across, down, x, y});
}

}  // namespace sgconv::cuda
