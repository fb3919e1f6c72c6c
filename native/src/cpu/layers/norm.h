// Norms over the channels of every position, by tiles: LayerNorm, and the scalar norm y = (s /
// sigma) (x - mu + m), whose s and m are what a job calls weight and bias.
#ifndef SGCONV_CPU_LAYERS_NORM_H
#define SGCONV_CPU_LAYERS_NORM_H

#include "cpu/layers/columns.h"
#include "cpu/layers/pointwise.h"

namespace sgconv::SGCONV_TIER {

using Norm = sgconv::Norm<Real>;

// Sums over channels of what body(h, h mod 4) says, apart for each of the four: shorter chains,
// smaller errors.
template <class Body>
SGCONV_INLINE V channel_sum(std::int64_t channels, const Body &body) {
  V sums[4] = {};
  std::int64_t h = 0;
  for (; h + 4 <= channels; h += 4) {
    each<0, 4>([&](auto k) SGCONV_BODY { sums[k] += body(h + k, k); });
  }
  for (; h < channels; ++h) sums[0] += body(h, Index<0>{});
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// A thread's scratch memory: tiles of x and of dy, then what is known of each position.
struct NormScratch {
  Real *x, *dy, *mean, *scale, *first, *second;
  NormScratch(const Norm &job, void *scratch) {
    const std::int64_t tile = job.geometry.channels * job.stride;
    x = static_cast<Real *>(scratch);
    dy = x + tile;
    mean = dy + tile;
    scale = mean + job.stride;
    first = scale + job.stride;
    second = first + job.stride;
  }
};

// Columns beyond a tile's are zero, up to whole vectors.
inline void pad(std::int64_t rows, std::int64_t columns, std::int64_t stride, Real *x) {
  for (std::int64_t h = 0; h < rows && columns % kLanes != 0; ++h) {
    for (std::int64_t c = columns; c % kLanes != 0; ++c) x[h * stride + c] = Real{0};
  }
}

// Mean, then variance by what is left of x without it; what rounding took from the mean is in the
// sum of that.
inline void moments(const Norm &job, const Tile &tile, const NormScratch &scratch) {
  const std::int64_t channels = job.geometry.channels;
  const Real share = static_cast<Real>(1.0 / static_cast<double>(channels));
  for (std::int64_t c = 0; c < tile.columns; c += kLanes) {
    const Real *x = scratch.x + c;
    const auto at = [&](std::int64_t h) SGCONV_BODY { return get(x + h * job.stride, Whole{}); };
    const V mean =
        channel_sum(channels, [&](std::int64_t h, auto) SGCONV_BODY { return at(h); }) * share;
    V squares[4] = {};
    const V rest = channel_sum(channels, [&](std::int64_t h, auto k) SGCONV_BODY {
      const V d = at(h) - mean;
      squares[k] = madd(d, d, squares[k]);
      return d;
    });
    const V shift = rest * share;
    const V square = (squares[0] + squares[1]) + (squares[2] + squares[3]);
    const V variance = (square - rest * shift) * share;
    put(scratch.mean + c, mean + shift, Whole{});
    put(scratch.scale + c, variance < Real{0} ? V{} : variance, Whole{});
  }
  for (std::int64_t c = 0; c < tile.columns; ++c) {
    const double variance = static_cast<double>(scratch.scale[c]) + job.epsilon;
    scratch.scale[c] = static_cast<Real>(1.0 / __builtin_sqrt(variance));
  }
}

template <bool scalar, bool past>
SGCONV_OUTLINE void normalize_row(std::int64_t count, const Real *x, const NormScratch &scratch,
                                  Real weight, Real bias, Real *y) {
  each_output<past>(y, count, [&](std::int64_t i, auto size) SGCONV_BODY {
    const V d = get(x + i, size) - get(scratch.mean + i, size), r = get(scratch.scale + i, size);
    if constexpr (scalar) {
      put_output<past>(y + i, (d + bias) * (r * weight), size);
    } else {
      put_output<past>(y + i, madd(d * r, every(weight), every(bias)), size);
    }
  });
}

template <bool scalar>
void norm_forward(const Norm &job, void *memory, std::int64_t first, std::int64_t last) {
  const sgconv_signal_geometry &g = job.geometry;
  const NormScratch scratch(job, memory);
  for (std::int64_t index = first; index < last; ++index) {
    const Tile tile = tile_at(job.tiles, index);
    gather(job.tiles, tile, g.channels, job.x, scratch.x, job.stride);
    pad(g.channels, tile.columns, job.stride, scratch.x);
    moments(job, tile, scratch);
    if (job.mean_out != nullptr) {
      copy(tile.columns, scratch.mean, job.mean_out + tile.position);
      copy(tile.columns, scratch.scale, job.scale_out + tile.position);
    }
    for (std::int64_t h = 0; h < g.channels; ++h) {
      Real *x = scratch.x + h * job.stride;
      const Real weight = job.weight[scalar ? 0 : h], bias = job.bias[scalar ? 0 : h];
      Real *y = gathered(job.tiles) ? x : job.y + (tile.b * g.channels + h) * g.length + tile.l;
      if (job.past && !gathered(job.tiles)) {
        normalize_row<scalar, true>(tile.columns, x, scratch, weight, bias, y);
      } else {
        normalize_row<scalar, false>(tile.columns, x, scratch, weight, bias, y);
      }
    }
    if (gathered(job.tiles)) {
      scatter(job.tiles, tile, g.channels, scratch.x, job.stride, job.y);
    }
  }
  if (job.past) stream_fence();
}

// Lanes of a vector added to kSumLanes of double.
SGCONV_INLINE void add_lanes(V v, double *sums) {
  using Doubles = double __attribute__((vector_size(8 * kLanes)));
  const Doubles wide = __builtin_convertvector(v, Doubles);
  double lanes[kLanes];
  __builtin_memcpy(lanes, &wide, sizeof wide);
  if constexpr (kLanes > kSumLanes) {
    for (int k = 0; k < kSumLanes; ++k) sums[k] += lanes[k] + lanes[k + kSumLanes];
  } else {
    for (int k = 0; k < kLanes; ++k) sums[k] += lanes[k];
  }
}

// Of each position the means over channels of what the norm's output is a multiple of, by its
// gradient and by the normalized x.
template <bool scalar>
void gradient_means(const Norm &job, const Tile &tile, const NormScratch &scratch, double *sums) {
  const std::int64_t channels = job.geometry.channels;
  const Real share = static_cast<Real>(1.0 / static_cast<double>(channels));
  for (std::int64_t c = 0; c < tile.columns; c += kLanes) {
    const V mean = get(scratch.mean + c, Whole{}), scale = get(scratch.scale + c, Whole{});
    const auto gradient = [&](std::int64_t h) SGCONV_BODY {
      const V dy = get(scratch.dy + h * job.stride + c, Whole{});
      if constexpr (scalar) {
        return dy;
      } else {
        return dy * job.weight[h];
      }
    };
    V products[4] = {};
    const V plain = channel_sum(channels, [&](std::int64_t h, auto k) SGCONV_BODY {
      const V g = gradient(h);
      const V d = get(scratch.x + h * job.stride + c, Whole{}) - mean;
      products[k] = madd(g, d, products[k]);
      return g;
    });
    V crossed = ((products[0] + products[1]) + (products[2] + products[3])) * scale;
    if constexpr (scalar) {
      // sigma also divides m.
      const V scaled = plain * scale;
      crossed = madd(scaled, every(job.bias[0]), crossed);
      add_lanes(crossed, sums);
      add_lanes(scaled, sums + kSumLanes);
    }
    put(scratch.first + c, plain * share, Whole{});
    put(scratch.second + c, crossed * share, Whole{});
  }
}

template <bool scalar>
void norm_backward(const Norm &job, void *memory, std::int64_t first, std::int64_t last) {
  const sgconv_signal_geometry &g = job.geometry;
  const NormScratch scratch(job, memory);
  const std::int64_t sum_rows = scalar ? 1 : g.channels;
  for (std::int64_t slice = first; slice < last; ++slice) {
    double *of_weight = job.sums + slice * 2 * sum_rows * kSumLanes;
    double *of_bias = of_weight + sum_rows * kSumLanes;
    for (std::int64_t i = 0; i < 2 * sum_rows * kSumLanes; ++i) of_weight[i] = 0.0;
    const std::int64_t end = slice_start(job.tiles, slice + 1);
    for (std::int64_t index = slice_start(job.tiles, slice); index < end; ++index) {
      const Tile tile = tile_at(job.tiles, index);
      gather(job.tiles, tile, g.channels, job.x, scratch.x, job.stride);
      gather(job.tiles, tile, g.channels, job.dy, scratch.dy, job.stride);
      copy(tile.columns, job.mean + tile.position, scratch.mean);
      copy(tile.columns, job.scale + tile.position, scratch.scale);
      pad(g.channels, tile.columns, job.stride, scratch.x);
      pad(g.channels, tile.columns, job.stride, scratch.dy);
      pad(2, tile.columns, job.stride, scratch.mean);
      gradient_means<scalar>(job, tile, scratch, of_weight);
      for (std::int64_t h = 0; h < g.channels; ++h) {
        const Real weight = job.weight[scalar ? 0 : h];
        Real *row = scratch.x + h * job.stride;
        const Real *gradient = scratch.dy + h * job.stride;
        V weights{}, biases{};
        for (std::int64_t c = 0; c < tile.columns; c += kLanes) {
          const V scale = get(scratch.scale + c, Whole{}), dy = get(gradient + c, Whole{});
          const V x = (get(row + c, Whole{}) - get(scratch.mean + c, Whole{})) * scale;
          const V means =
              madd(x, get(scratch.second + c, Whole{}), get(scratch.first + c, Whole{}));
          V dx;
          if constexpr (scalar) {
            dx = (dy - means) * (scale * weight);
          } else {
            weights = madd(dy, x, weights);
            biases += dy;
            dx = madd(dy, every(weight), -means) * scale;
          }
          put(row + c, dx, Whole{});
        }
        if constexpr (!scalar) {
          add_lanes(weights, of_weight + h * kSumLanes);
          add_lanes(biases, of_bias + h * kSumLanes);
        }
        if (gathered(job.tiles)) continue;
        const std::int64_t at = (tile.b * g.channels + h) * g.length + tile.l;
        const Real *residual = job.residual == nullptr ? nullptr : job.residual + at;
        if (job.past) {
          add_row<true>(tile.columns, residual, Real{1}, row, job.dx + at);
        } else {
          add_row<false>(tile.columns, residual, Real{1}, row, job.dx + at);
        }
      }
      if (!gathered(job.tiles)) continue;
      if (job.residual != nullptr) {
        gather(job.tiles, tile, g.channels, job.residual, scratch.dy, job.stride);
        for (std::int64_t h = 0; h < g.channels; ++h) {
          Real *row = scratch.x + h * job.stride;
          add_row<false>(tile.columns, row, Real{1}, scratch.dy + h * job.stride, row);
        }
      }
      scatter(job.tiles, tile, g.channels, scratch.x, job.stride, job.dx);
    }
  }
  if (job.past) stream_fence();
}

// Items: channels, or one. Adds up the slices.
template <bool scalar>
void norm_finish(const Norm &job, void *, std::int64_t first, std::int64_t last) {
  const std::int64_t sum_rows = scalar ? 1 : job.geometry.channels;
  for (std::int64_t h = first; h < last; ++h) {
    double totals[2] = {};
    for (std::int64_t slice = 0; slice < job.tiles.slices; ++slice) {
      for (int of = 0; of < 2; ++of) {
        const double *sums = job.sums + ((slice * 2 + of) * sum_rows + h) * kSumLanes;
        for (int k = 0; k < kSumLanes; ++k) totals[of] += sums[k];
      }
    }
    if (scalar) totals[1] *= static_cast<double>(job.weight[0]);
    job.dweight[h] = static_cast<Real>(totals[0]);
    job.dbias[h] = static_cast<Real>(totals[1]);
  }
}

}  // namespace sgconv::SGCONV_TIER

#endif
