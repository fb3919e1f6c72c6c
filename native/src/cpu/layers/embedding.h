// Rows of a table as the positions of a signal, and the gradient of the table.
#ifndef SGCONV_CPU_LAYERS_EMBEDDING_H
#define SGCONV_CPU_LAYERS_EMBEDDING_H

#include "cpu/layers/columns.h"
#include "cpu/layers/pointwise.h"

namespace sgconv::SGCONV_TIER {

using Embedding = sgconv::Embedding<Real>;

// Positions l .. l + count - 1 of one signal y (H, L).
inline void embed(const Embedding &job, const std::int64_t *tokens, std::int64_t l,
                  std::int64_t count, Real *y) {
  const std::int64_t channels = job.geometry.channels, length = job.geometry.length;
  if (length == 1) {
    copy(channels, job.table + tokens[0] * channels, y);
    return;
  }
  std::int64_t h = 0;
  for (; h + kLanes <= channels; h += kLanes) {
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      V v[kLanes];
      each<0, kLanes>([&](auto k) SGCONV_BODY {
        v[k] = get(job.table + tokens[l + i + k] * channels + h, Whole{});
      });
      transpose_square<1>(v);
      each<0, kLanes>([&](auto k)
                          SGCONV_BODY { put(y + (h + k) * length + l + i, v[k], Whole{}); });
    }
    for (; i < count; ++i) {
      const Real *row = job.table + tokens[l + i] * channels + h;
      for (std::int64_t k = 0; k < kLanes; ++k) y[(h + k) * length + l + i] = row[k];
    }
  }
  for (; h < channels; ++h) {
    for (std::int64_t i = l; i < l + count; ++i) {
      y[h * length + i] = job.table[tokens[i] * channels + h];
    }
  }
}

// Items: kEmbeddingPositions of all positions.
inline void embedding_forward(const Embedding &job, void *, std::int64_t first, std::int64_t last) {
  const sgconv_signal_geometry &g = job.geometry;
  const std::int64_t end = least(last * kEmbeddingPositions, g.batch * g.length);
  for (std::int64_t position = first * kEmbeddingPositions; position < end;) {
    const std::int64_t b = position / g.length, l = position - b * g.length;
    const std::int64_t count = least(least(kEmbeddingPositions, g.length - l), end - position);
    embed(job, job.tokens + b * g.length, l, count, job.y + b * g.channels * g.length);
    position += count;
  }
}

// Items: kEmbeddingChannels channels. `scratch`: as many sums of each token, over all positions in
// order.
inline void embedding_backward(const Embedding &job, void *scratch, std::int64_t first,
                               std::int64_t last) {
  constexpr std::int64_t kGroup = kEmbeddingChannels, kBlock = 128;
  const sgconv_signal_geometry &g = job.geometry;
  double *sums = static_cast<double *>(scratch);
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t h = item * kGroup, count = least(kGroup, g.channels - h);
    __builtin_memset(sums, 0, static_cast<std::size_t>(job.vocabulary * kGroup) * sizeof(double));
    Real block[kBlock * kGroup] = {};
    for (std::int64_t b = 0; b < g.batch; ++b) {
      const std::int64_t *tokens = job.tokens + b * g.length;
      const Real *dy = job.dy + (b * g.channels + h) * g.length;
      for (std::int64_t l = 0; l < g.length; l += kBlock) {
        const std::int64_t positions = least(kBlock, g.length - l);
        transpose_block<false>(count, positions, dy + l, g.length, block, kGroup);
        for (std::int64_t i = 0; i < positions; ++i) {
          double *sum = sums + tokens[l + i] * kGroup;
          const Real *terms = block + i * kGroup;
          for (std::int64_t k = 0; k < kGroup; ++k) sum[k] += static_cast<double>(terms[k]);
        }
      }
    }
    for (std::int64_t v = 0; v < job.vocabulary; ++v) {
      Real *row = job.dtable + v * g.channels + h;
      for (std::int64_t k = 0; k < count; ++k) row[k] = static_cast<Real>(sums[v * kGroup + k]);
    }
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
