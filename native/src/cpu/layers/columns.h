// Tiles: positions of signals as the columns of a matrix in scratch memory, a row a channel.
#ifndef SGCONV_CPU_LAYERS_COLUMNS_H
#define SGCONV_CPU_LAYERS_COLUMNS_H

#include "cpu/layers/transpose.h"

namespace sgconv::SGCONV_TIER {

struct Tile {
  std::int64_t b, l;  // where it begins
  std::int64_t rows, length;
  std::int64_t columns;   // rows * length
  std::int64_t position;  // b * L + l
};

SGCONV_INLINE Tile tile_at(const Tiles &t, std::int64_t index) {
  Tile tile;
  tile.b = index / t.parts * t.rows;
  tile.l = index % t.parts * t.width;
  tile.rows = t.batch - tile.b < t.rows ? t.batch - tile.b : t.rows;
  tile.length = t.length - tile.l < t.width ? t.length - tile.l : t.width;
  tile.columns = tile.rows * tile.length;
  tile.position = tile.b * t.length + tile.l;
  return tile;
}

SGCONV_INLINE bool gathered(const Tiles &t) { return t.rows > 1; }

SGCONV_INLINE void copy(std::int64_t count, const Real *x, Real *y) {
  if (count < kLanes) {
    for (std::int64_t i = 0; i < count; ++i) y[i] = x[i];
  } else {
    __builtin_memcpy(y, x, static_cast<std::size_t>(count) * sizeof(Real));
  }
}

// Whole signals (rows, channels, length) as columns, and back.
inline void gather(std::int64_t rows, std::int64_t channels, std::int64_t length, const Real *x,
                   Real *columns, std::int64_t stride) {
  if (length == 1) {
    transpose_block<false>(rows, channels, x, channels, columns, stride);
    return;
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < channels; ++c) {
      copy(length, x + (r * channels + c) * length, columns + c * stride + r * length);
    }
  }
}
inline void scatter(std::int64_t rows, std::int64_t channels, std::int64_t length,
                    const Real *columns, std::int64_t stride, Real *x) {
  if (length == 1) {
    transpose_block<false>(channels, rows, columns, stride, x, channels);
    return;
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < channels; ++c) {
      copy(length, columns + c * stride + r * length, x + (r * channels + c) * length);
    }
  }
}

// The columns of a tile of x (B, channels, L), and back.
inline void gather(const Tiles &tiles, const Tile &tile, std::int64_t channels, const Real *x,
                   Real *columns, std::int64_t stride) {
  x += tile.b * channels * tiles.length + tile.l;
  if (gathered(tiles)) {
    gather(tile.rows, channels, tile.length, x, columns, stride);
    return;
  }
  for (std::int64_t c = 0; c < channels; ++c) {
    copy(tile.length, x + c * tiles.length, columns + c * stride);
  }
}
inline void scatter(const Tiles &tiles, const Tile &tile, std::int64_t channels,
                    const Real *columns, std::int64_t stride, Real *x) {
  x += tile.b * channels * tiles.length + tile.l;
  if (gathered(tiles)) {
    scatter(tile.rows, channels, tile.length, columns, stride, x);
    return;
  }
  for (std::int64_t c = 0; c < channels; ++c) {
    copy(tile.length, columns + c * stride, x + c * tiles.length);
  }
}

// Tiles of a slice.
SGCONV_INLINE std::int64_t slice_start(const Tiles &t, std::int64_t slice) {
  return t.count / t.slices * slice + (t.count % t.slices < slice ? t.count % t.slices : slice);
}

}  // namespace sgconv::SGCONV_TIER

#endif
