// Layers as plain data, and the functions that each tier offers for them. Real: float or double.
#ifndef SGCONV_CPU_LAYERS_JOBS_H
#define SGCONV_CPU_LAYERS_JOBS_H

#include <cstdint>

#include "sgconv/layers.h"

namespace sgconv {

// Items first .. last - 1 of a job, with a thread's own scratch memory.
template <class Job>
using LayerCode = void (*)(const Job &job, void *scratch, std::int64_t first, std::int64_t last);

template <class Real>
struct Dropout {
  bool present;         // else it changes nothing
  std::uint32_t below;  // words below it are left out
  std::uint32_t seed, site;
  std::uint64_t step;
  Real scale;
};

// All positions (b, l) in tiles: parts of one row, or, where rows are short, several whole ones.
// By shape only, since sums are taken tile by tile.
struct Tiles {
  std::int64_t batch, length;
  std::int64_t rows;   // of a tile; more than 1: whole ones, `gathered`
  std::int64_t parts;  // of a row
  std::int64_t width;  // most positions of a part
  std::int64_t count;
  std::int64_t slices;  // runs of tiles whose sums are taken apart
};

// Elements of an elementwise job's item, in whole groups of words of a dropout.
constexpr std::int64_t kChunk = 16384;

template <class Real>
struct Gelu {  // items: chunks
  Dropout<Real> dropout;
  std::int64_t count;
  const Real *x, *dy;
  Real *out;
  bool past;  // store past the caches
};

template <class Real>
struct Addition {  // items: chunks of (rows, length)
  Dropout<Real> tied;
  std::int64_t rows, length;
  const Real *x;  // or null
  const Real *branch;
  Real *sum;
  bool past;
};

template <class Real>
using Product = void (*)(int order, int transposed_a, int transposed_b, int m, int n, int k,
                         Real alpha, const Real *a, int lda, const Real *b, int ldb, Real beta,
                         Real *c, int ldc);

// Rows of a thread's scratch memory, by what they hold.
struct LinearRows {
  std::int64_t a;      // what the weight is applied to, and gathered y: max(N, P)
  std::int64_t slope;  // backward: what dx is its gradient times: N
  std::int64_t z;      // z, then its gradient: M
  std::int64_t flat;   // gathered: signals of max(N, P) channels on their way
  std::int64_t dy;     // backward: P
  std::int64_t da;     // backward: N
};

template <class Real>
struct Linear {
  sgconv_linear_geometry geometry;
  std::int64_t rows;  // M of the weight
  Dropout<Real> dropout, tied;
  Tiles tiles;
  LinearRows scratch;
  std::int64_t stride;  // of these
  Product<Real> product;
  const Real *x, *weight;
  // forward: items are tiles
  const Real *bias, *residual;
  Real *z_out, *y;
  // backward: items are slices
  const Real *z, *dy;
  Real *dx, *dweight, *dbias;
  Real *weights;   // slices - 1 more sums for dweight
  double *biases;  // (slices, M)
  bool past;
};

template <class Real>
struct Norm {
  sgconv_signal_geometry geometry;
  double epsilon;
  Tiles tiles;
  std::int64_t stride;
  const Real *x, *weight, *bias;  // of a scalar norm: s, m
  Real *y, *mean_out, *scale_out;
  const Real *mean, *scale, *dy, *residual;
  Real *dx, *dweight, *dbias;
  double *sums;  // backward: (slices, 2, H or 1, kSumLanes)
  bool past;
};

// Partial sums of a gradient that a norm keeps for each channel, added up in the end.
constexpr std::int64_t kSumLanes = 8;

template <class Real>
struct BatchNorm {
  sgconv_signal_geometry geometry;
  double epsilon;
  bool given;
  std::int64_t parts;  // that a channel's rows are cut into
  const Real *x, *weight, *bias;
  Real *y, *mean_out, *variance_out;
  const Real *mean, *variance, *dy, *residual;
  Real *dx, *dweight, *dbias;
  double *sums;  // (H, parts, kBatchSums)
  bool past;
};

// The sum of x, then of x less its mean and of its square; of dy and of dy times x normalized.
constexpr std::int64_t kBatchSums = 3;

template <class Real>
struct Embedding {
  sgconv_signal_geometry geometry;
  std::int64_t vocabulary;
  const std::int64_t *tokens;
  const Real *table, *dy;
  Real *y, *dtable;
};

// Channels whose gradients of an embedding are summed together.
constexpr std::int64_t kEmbeddingChannels = 16;
// Positions of an embedding's item.
constexpr std::int64_t kEmbeddingPositions = 256;

template <class Real>
struct Pooling {  // items: rows (B, H)
  sgconv_signal_geometry geometry;
  bool last;
  const std::int64_t *lengths;
  const Real *x, *dy;
  Real *y, *dx;
};

template <class Real>
struct Transposition {  // items: strips of kStrip rows of (B, rows)
  std::int64_t batch, rows, columns;
  const Real *x;
  Real *y;
  bool past;
};
constexpr std::int64_t kStrip = 64;

template <class Real>
struct Layers {
  LayerCode<Gelu<Real>> gelu_forward, gelu_backward;
  LayerCode<Addition<Real>> add;
  LayerCode<Linear<Real>> linear_forward, linear_backward, linear_finish;
  LayerCode<Norm<Real>> layer_norm_forward, layer_norm_backward, layer_norm_finish;
  LayerCode<Norm<Real>> scalar_norm_forward, scalar_norm_backward, scalar_norm_finish;
  // Whole channels, and by parts: sums, then squares or nothing, then what is written.
  LayerCode<BatchNorm<Real>> batch_norm_forward, batch_norm_backward;
  LayerCode<BatchNorm<Real>> batch_norm_sums, batch_norm_squares, batch_norm_write;
  LayerCode<BatchNorm<Real>> batch_norm_gradient_sums, batch_norm_gradient_write;
  LayerCode<Embedding<Real>> embedding_forward, embedding_backward;
  LayerCode<Pooling<Real>> pool_forward, pool_backward;
  LayerCode<Transposition<Real>> transpose;
};

}  // namespace sgconv

#endif
