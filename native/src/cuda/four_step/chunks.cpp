#include "cuda/four_step/chunks.h"

#include <algorithm>

#include "cuda/plan/ranges.h"

namespace sgconv::cuda {
namespace {

int64_t waves(const ChunkStep &step, int64_t signals) {
  return ceil_divide(signals * step.blocks, step.places);
}

// Of whole waves that move so many bytes for each signal.
double moved(const ChunkStep &step, int64_t waves, int64_t bytes) {
  return static_cast<double>(waves * step.places) / static_cast<double>(step.blocks) *
         static_cast<double>(bytes);
}

double cost_of(const ChunkCosts &costs, const Chunk &chunk) {
  const int64_t turns = costs.one_share ? chunk.members : turns_of_rows(costs.rows, chunk);
  const int64_t of_rows = waves(costs.rows, chunk.channels * ceil_divide(chunk.members, turns));
  const int64_t signals = chunk.channels * chunk.members;
  return moved(costs.columns, waves(costs.columns, signals * costs.sources), costs.column) +
         moved(costs.rows, of_rows, turns * costs.row + costs.rows_once) +
         moved(costs.columns, waves(costs.columns, signals), costs.column) +
         static_cast<double>(costs.launches);
}

}  // namespace

int64_t turns_of_rows(const ChunkStep &rows, const Chunk &chunk) {
  int64_t best = 1;
  int64_t least = waves(rows, chunk.channels * chunk.members);
  for (int64_t turns = 2; turns <= chunk.members; ++turns) {
    const int64_t rounds = turns * waves(rows, chunk.channels * ceil_divide(chunk.members, turns));
    if (rounds <= least) {
      best = turns;
      least = rounds;
    }
  }
  return best;
}

Chunk cheapest_chunk(const ChunkCosts &costs, int64_t channels, int64_t members, int64_t most) {
  Chunk best{1, 1};
  double least = 0.0;
  for (int64_t of_batch = std::min(members, most); of_batch > 0; --of_batch) {
    if (even_step(members, of_batch) != of_batch) {
      continue;
    }
    for (int64_t some = std::min(channels, most / of_batch); some > 0; --some) {
      if (even_step(channels, some) != some) {
        continue;
      }
      const Chunk chunk{some, of_batch};
      const double cost =
          cost_of(costs, chunk) *
          static_cast<double>(ceil_divide(channels, some) * ceil_divide(members, of_batch));
      if (least == 0.0 || cost < least) {
        best = chunk;
        least = cost;
      }
    }
  }
  return best;
}

}  // namespace sgconv::cuda
