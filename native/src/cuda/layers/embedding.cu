// Rows of a table by tokens, and the sums over tokens that are its gradient.
#include "cuda/layers/layers.h"
#include "cuda/layers/places.h"

namespace sgconv::cuda {
namespace {

// A tile is 32 positions of a member times 32 channels: read along channels, as the table lies,
// and written along positions, as signals lie. One more column keeps both free of conflicts.
constexpr int kPitch = kWarp + 1;

struct EmbeddingArguments {
  sgconv_signal_geometry g;
  int64_t vocabulary, across, down;  // tiles along positions and channels
  const int64_t *tokens;
  const float *table;
  float *y;
};

__global__ void __launch_bounds__(kMaxThreads) embed_tokens(const EmbeddingArguments a) {
  SGCONV_SHARED(float, tiles, 2 * kWarp * kPitch);
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  int turn = 0;  // others may still read the tile before
  for (int64_t tile = blockIdx.x; tile < a.g.batch * a.across * a.down; tile += gridDim.x) {
    const int64_t b = tile / (a.across * a.down);
    const int64_t first_l = tile / a.down % a.across * kWarp;
    const int64_t first_h = tile % a.down * kWarp;
    float *const here = tiles + turn * kWarp * kPitch;
    turn = 1 - turn;
    for (int i = warp; i < kWarp; i += kMostWarps) {
      if (first_l + i < a.g.length && first_h + lane < a.g.channels) {
        const int64_t token = a.tokens[b * a.g.length + first_l + i];
        here[i * kPitch + lane] = token >= 0 && token < a.vocabulary
                                      ? a.table[token * a.g.channels + first_h + lane]
                                      : NAN;
      }
    }
    __syncthreads();
    for (int i = warp; i < kWarp; i += kMostWarps) {
      if (first_h + i < a.g.channels && first_l + lane < a.g.length) {
        a.y[(b * a.g.channels + first_h + i) * a.g.length + first_l + lane] =
            here[lane * kPitch + i];
      }
    }
  }
}

struct TableGradientArguments {
  sgconv_signal_geometry g;
  int64_t vocabulary, across;  // tiles of 32 channels
  const int64_t *starts;       // V + 1: where the places of each token begin
  const int64_t *places;       // offsets of (b, 0, l) in dy, token by token
  const float *dy;
  float *dtable;
};

// A block takes a token and 32 channels; its warps share the places, in turn.
__global__ void __launch_bounds__(kMaxThreads) embed_backward(const TableGradientArguments a) {
  SGCONV_SHARED(double, partial, 2 * kMaxThreads);
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  int turn = 0;
  for (int64_t tile = blockIdx.x; tile < a.vocabulary * a.across; tile += gridDim.x) {
    const int64_t token = tile / a.across;
    const int64_t h = tile % a.across * kWarp + lane;
    double sum = 0.0;
    if (h < a.g.channels) {
#pragma unroll 4
      for (int64_t i = a.starts[token] + warp; i < a.starts[token + 1]; i += kMostWarps) {
        sum += static_cast<double>(a.dy[a.places[i] + h * a.g.length]);
      }
    }
    const double total = column_total(sum, partial + turn * kMaxThreads);
    turn = 1 - turn;
    if (warp == 0 && h < a.g.channels) {
      a.dtable[token * a.g.channels + h] = static_cast<float>(total);
    }
  }
}

int64_t tiles_of(int64_t count) { return (count + kWarp - 1) / kWarp; }

}  // namespace

void launch_embedding_forward(const sgconv_signal_geometry &g, int64_t vocabulary,
                              const int64_t *tokens, const float *table, float *y, void *stream) {
  const EmbeddingArguments arguments{
      g, vocabulary, tiles_of(g.length), tiles_of(g.channels), tokens, table, y};
  launch("embed_tokens", embed_tokens,
         reduction_grid(current_target(), g.batch * arguments.across * arguments.down), stream,
         arguments);
}

void launch_embedding_backward(const sgconv_signal_geometry &g, int64_t vocabulary,
                               const int64_t *index, const float *dy, float *dtable, void *stream) {
  const TableGradientArguments arguments{
      g, vocabulary, tiles_of(g.channels), index, index + vocabulary + 1, dy, dtable};
  launch("embed_backward", embed_backward,
         reduction_grid(current_target(), vocabulary * arguments.across), stream, arguments);
}

}  // namespace sgconv::cuda
