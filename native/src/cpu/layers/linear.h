// Products by a weight at every position, with what comes before and after them, tile by tile.
#ifndef SGCONV_CPU_LAYERS_LINEAR_H
#define SGCONV_CPU_LAYERS_LINEAR_H

#include "cpu/layers/columns.h"
#include "cpu/layers/pointwise.h"

namespace sgconv::SGCONV_TIER {

using Linear = sgconv::Linear<Real>;

// Rows of a matrix as products take them.
struct Matrix {
  const Real *start;
  std::int64_t stride;
};

// c (m, n) = a (m, k) b (k, n) + beta c; either may be given transposed.
SGCONV_INLINE void multiply(const Linear &job, bool a_transposed, bool b_transposed, std::int64_t m,
                            std::int64_t n, std::int64_t k, Matrix a, Matrix b, Real beta, Real *c,
                            std::int64_t stride) {
  constexpr int kRowMajor = 101, kAsIs = 111, kTransposed = 112;
  job.product(kRowMajor, a_transposed ? kTransposed : kAsIs, b_transposed ? kTransposed : kAsIs,
              static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), Real{1}, a.start,
              static_cast<int>(a.stride), b.start, static_cast<int>(b.stride), beta, c,
              static_cast<int>(stride));
}

SGCONV_INLINE bool activates(const Linear &job) {
  return job.geometry.gelu != 0 || job.dropout.present;
}

// Whether rows of a tensor can be operands where they are.
SGCONV_INLINE bool in_place(const Linear &job) {
  return !gathered(job.tiles) && job.geometry.length <= INT32_MAX;
}

struct LinearScratch {
  Real *a, *slope, *z, *flat, *dy, *da;
  LinearScratch(const Linear &job, void *scratch) {
    Real *next = static_cast<Real *>(scratch);
    const auto take = [&](std::int64_t rows) {
      Real *part = next;
      next += rows * job.stride;
      return part;
    };
    a = take(job.scratch.a);
    slope = take(job.scratch.slope);
    z = take(job.scratch.z);
    flat = take(job.scratch.flat);
    dy = take(job.scratch.dy);
    da = take(job.scratch.da);
  }
};

// a of a tile, and with `slope` what dx is its gradient times: of gathered tiles flat, as x is.
inline Matrix activated(const Linear &job, const Tile &tile, const LinearScratch &scratch,
                        Real *slope) {
  const sgconv_linear_geometry &g = job.geometry;
  const Real *x = job.x + tile.b * g.inputs * g.length + tile.l;
  if (!activates(job)) {
    if (in_place(job)) return {x, g.length};
    gather(job.tiles, tile, g.inputs, job.x, scratch.a, job.stride);
  } else if (gathered(job.tiles)) {
    const std::int64_t count = tile.rows * g.inputs * g.length;
    activate<false>(g.gelu != 0, job.dropout, tile.b * g.inputs * g.length, count, x, scratch.flat,
                    slope);
    gather(tile.rows, g.inputs, g.length, scratch.flat, scratch.a, job.stride);
  } else {
    for (std::int64_t n = 0; n < g.inputs; ++n) {
      activate<false>(g.gelu != 0, job.dropout, (tile.b * g.inputs + n) * g.length + tile.l,
                      tile.length, x + n * g.length, scratch.a + n * job.stride,
                      slope == nullptr ? nullptr : slope + n * job.stride);
    }
  }
  return {scratch.a, job.stride};
}

SGCONV_INLINE Real row_factor(const Dropout &tied, std::int64_t row) {
  if (!tied.present) return Real{1};
  DropoutWords words;
  words.fill(tied, row, 1);
  return factor(tied, *words.at(0));
}

// One row of y from one of z or, of a gated linear unit, two; `zs` is where z with its bias goes.
struct Epilogue {
  const Real *z[2];
  Real bias[2];
  Real *zs[2];  // or null
  const Real *residual;
  Real factor;
  Real *y;
};

template <bool past, bool gated>
SGCONV_OUTLINE void finish_row(std::int64_t count, const Epilogue &row) {
  each_output<past>(row.y, count, [&](std::int64_t i, auto size) SGCONV_BODY {
    V v = get(row.z[0] + i, size) + row.bias[0];
    if constexpr (gated) {
      const V gate = get(row.z[1] + i, size) + row.bias[1];
      if (row.zs[0] != nullptr) {
        put(row.zs[0] + i, v, size);
        put(row.zs[1] + i, gate, size);
      }
      v *= logistic(gate);
    }
    v = row.factor == Real{0} ? V{} : v * row.factor;
    if (row.residual != nullptr) v += get(row.residual + i, size);
    put_output<past>(row.y + i, v, size);
  });
}

template <bool past>
SGCONV_INLINE void finish_row(bool gated, std::int64_t count, const Epilogue &row) {
  if (gated) {
    finish_row<past, true>(count, row);
  } else {
    finish_row<past, false>(count, row);
  }
}

template <bool past>
inline void finish_tile(const Linear &job, const Tile &tile, const LinearScratch &scratch) {
  const sgconv_linear_geometry &g = job.geometry;
  const bool gated = g.glu != 0;
  const auto bias = [&](std::int64_t row) { return job.bias == nullptr ? Real{0} : job.bias[row]; };
  for (std::int64_t p = 0; p < g.outputs; ++p) {
    Epilogue row{};
    row.z[0] = scratch.z + p * job.stride;
    row.bias[0] = bias(p);
    if (gated) {
      row.z[1] = scratch.z + (g.outputs + p) * job.stride;
      row.bias[1] = bias(g.outputs + p);
    }
    if (gathered(job.tiles)) {
      if (job.z_out != nullptr) {
        row.zs[0] = scratch.z + p * job.stride;
        row.zs[1] = scratch.z + (g.outputs + p) * job.stride;
      }
      row.factor = Real{1};
      row.y = scratch.a + p * job.stride;
      finish_row<false>(gated, tile.columns, row);
      continue;
    }
    const std::int64_t at = (tile.b * g.outputs + p) * g.length + tile.l;
    if (job.z_out != nullptr) {
      row.zs[0] = job.z_out + (tile.b * job.rows + p) * g.length + tile.l;
      row.zs[1] = row.zs[0] + g.outputs * g.length;
    }
    row.residual = job.residual == nullptr ? nullptr : job.residual + at;
    row.factor = row_factor(job.tied, tile.b * g.outputs + p);
    row.y = job.y + at;
    finish_row<past>(gated, tile.length, row);
  }
  if (!gathered(job.tiles)) return;
  if (job.z_out != nullptr) {
    scatter(job.tiles, tile, job.rows, scratch.z, job.stride, job.z_out);
  }
  if (job.residual == nullptr && !job.tied.present) {
    scatter(job.tiles, tile, g.outputs, scratch.a, job.stride, job.y);
    return;
  }
  scatter(tile.rows, g.outputs, g.length, scratch.a, job.stride, scratch.flat);
  const std::int64_t at = tile.b * g.outputs * g.length;
  add_tied<false>(job.tied, g.length, at, tile.rows * g.outputs * g.length,
                  job.residual == nullptr ? nullptr : job.residual + at, scratch.flat, job.y + at);
}

inline void linear_forward(const Linear &job, void *memory, std::int64_t first, std::int64_t last) {
  const sgconv_linear_geometry &g = job.geometry;
  const LinearScratch scratch(job, memory);
  for (std::int64_t index = first; index < last; ++index) {
    const Tile tile = tile_at(job.tiles, index);
    const Matrix a = activated(job, tile, scratch, nullptr);
    multiply(job, false, false, job.rows, tile.columns, g.inputs, {job.weight, g.inputs}, a,
             Real{0}, scratch.z, job.stride);
    if (job.past) {
      finish_tile<true>(job, tile, scratch);
    } else {
      finish_tile<false>(job, tile, scratch);
    }
  }
  if (job.past) stream_fence();
}

// Gradients of both halves of z, given y's.
SGCONV_OUTLINE static void gate_gradient(std::int64_t count, const Real *dy, Real factor,
                                         const Real *z, const Real *gate, Real *dz, Real *dgate) {
  each_vector(count, [&](std::int64_t i, auto size) SGCONV_BODY {
    const V g = factor == Real{0} ? V{} : get(dy + i, size) * factor;
    const V s = logistic(get(gate + i, size)), gs = g * s;
    const V of_gate = gs * get(z + i, size) * (real(1.0) - s);
    put(dz + i, gs, size);
    put(dgate + i, of_gate, size);
  });
}

// dz of a tile.
inline Matrix output_gradient(const Linear &job, const Tile &tile, const LinearScratch &scratch) {
  const sgconv_linear_geometry &g = job.geometry;
  const bool gated = g.glu != 0;
  const std::int64_t at = tile.b * g.outputs * g.length + tile.l;
  if (gathered(job.tiles)) {
    const Real *dy = job.dy + at;
    if (job.tied.present) {
      add_tied<false>(job.tied, g.length, at, tile.rows * g.outputs * g.length, nullptr, dy,
                      scratch.flat);
      dy = scratch.flat;
    }
    Real *columns = gated ? scratch.dy : scratch.z;
    gather(tile.rows, g.outputs, g.length, dy, columns, job.stride);
    if (!gated) return {columns, job.stride};
    gather(job.tiles, tile, job.rows, job.z, scratch.z, job.stride);
    for (std::int64_t p = 0; p < g.outputs; ++p) {
      Real *z = scratch.z + p * job.stride, *gate = z + g.outputs * job.stride;
      gate_gradient(tile.columns, columns + p * job.stride, Real{1}, z, gate, z, gate);
    }
    return {scratch.z, job.stride};
  }
  if (!gated && !job.tied.present && in_place(job)) return {job.dy + at, g.length};
  for (std::int64_t p = 0; p < g.outputs; ++p) {
    const Real *dy = job.dy + at + p * g.length;
    const Real row = row_factor(job.tied, tile.b * g.outputs + p);
    Real *dz = scratch.z + p * job.stride;
    if (gated) {
      const Real *z = job.z + (tile.b * job.rows + p) * g.length + tile.l;
      gate_gradient(tile.length, dy, row, z, z + g.outputs * g.length, dz,
                    dz + g.outputs * job.stride);
    } else {
      add_row<false>(tile.length, nullptr, row, dy, dz);
    }
  }
  return {scratch.z, job.stride};
}

template <bool past>
SGCONV_OUTLINE void multiply_row(std::int64_t count, const Real *x, const Real *y, Real *product) {
  each_output<past>(product, count, [&](std::int64_t i, auto size) SGCONV_BODY {
    put_output<past>(product + i, get(x + i, size) * get(y + i, size), size);
  });
}

// dx of a tile from dz.
inline void input_gradient(const Linear &job, const Tile &tile, const LinearScratch &scratch,
                           Matrix dz) {
  const sgconv_linear_geometry &g = job.geometry;
  Real *dx = job.dx + tile.b * g.inputs * g.length + tile.l;
  const bool directly = !activates(job) && in_place(job);
  Real *da = directly ? dx : scratch.da;
  multiply(job, true, false, g.inputs, tile.columns, job.rows, {job.weight, g.inputs}, dz, Real{0},
           da, directly ? g.length : job.stride);
  if (directly) return;
  if (!activates(job)) {
    scatter(job.tiles, tile, g.inputs, da, job.stride, job.dx);
  } else if (gathered(job.tiles)) {
    scatter(tile.rows, g.inputs, g.length, da, job.stride, scratch.flat);
    multiply_row<false>(tile.rows * g.inputs * g.length, scratch.flat, scratch.slope, dx);
  } else {
    for (std::int64_t n = 0; n < g.inputs; ++n) {
      const std::int64_t row = n * job.stride;
      if (job.past) {
        multiply_row<true>(tile.length, da + row, scratch.slope + row, dx + n * g.length);
      } else {
        multiply_row<false>(tile.length, da + row, scratch.slope + row, dx + n * g.length);
      }
    }
  }
}

// Lanes in Real over a row of a tile, then in double.
SGCONV_INLINE double sum_of(std::int64_t count, const Real *x) {
  V lanes{};
  each_vector(count, [&](std::int64_t i, auto size) SGCONV_BODY { lanes += get(x + i, size); });
  double sum = 0.0;
  for (int k = 0; k < kLanes; ++k) sum += static_cast<double>(lanes[k]);
  return sum;
}

inline void linear_backward(const Linear &job, void *memory, std::int64_t first,
                            std::int64_t last) {
  const sgconv_linear_geometry &g = job.geometry;
  const LinearScratch scratch(job, memory);
  for (std::int64_t slice = first; slice < last; ++slice) {
    Real *weights = slice == 0 ? job.dweight : job.weights + (slice - 1) * job.rows * g.inputs;
    double *biases = job.biases + slice * job.rows;
    for (std::int64_t m = 0; m < job.rows; ++m) biases[m] = 0.0;
    const std::int64_t start = slice_start(job.tiles, slice);
    const std::int64_t end = slice_start(job.tiles, slice + 1);
    for (std::int64_t index = start; index < end; ++index) {
      const Tile tile = tile_at(job.tiles, index);
      const Matrix a = activated(job, tile, scratch,
                                 job.dx != nullptr && activates(job) ? scratch.slope : nullptr);
      const Matrix dz = output_gradient(job, tile, scratch);
      multiply(job, false, true, job.rows, g.inputs, tile.columns, dz, a,
               index == start ? Real{0} : Real{1}, weights, g.inputs);
      if (job.dbias != nullptr) {
        for (std::int64_t m = 0; m < job.rows; ++m) {
          biases[m] += sum_of(tile.columns, dz.start + m * dz.stride);
        }
      }
      if (job.dx != nullptr) input_gradient(job, tile, scratch, dz);
    }
  }
  if (job.past) stream_fence();
}

// Items: chunks of dweight. Adds up the slices.
inline void linear_finish(const Linear &job, void *, std::int64_t first, std::int64_t last) {
  const std::int64_t all = job.rows * job.geometry.inputs;
  for (std::int64_t chunk = first; chunk < last; ++chunk) {
    const std::int64_t at = chunk * kChunk, count = least(kChunk, all - at);
    for (std::int64_t slice = 1; slice < job.tiles.slices; ++slice) {
      add_row<false>(count, job.dweight + at, Real{1}, job.weights + (slice - 1) * all + at,
                     job.dweight + at);
    }
  }
  if (first > 0 || job.dbias == nullptr) return;
  for (std::int64_t m = 0; m < job.rows; ++m) {
    double sum = 0.0;
    for (std::int64_t slice = 0; slice < job.tiles.slices; ++slice) {
      sum += job.biases[slice * job.rows + m];
    }
    job.dbias[m] = static_cast<Real>(sum);
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
