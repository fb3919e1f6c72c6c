// Layers on a context's threads: how a call is cut into items, by its shape only, and what scratch
// memory it needs.
#ifndef SGCONV_CPU_LAYERS_CALLS_H
#define SGCONV_CPU_LAYERS_CALLS_H

#include <cstdint>

#include "cpu/context.h"
#include "cpu/layers/jobs.h"

namespace sgconv {

template <class Real>
Dropout<Real> dropout_of(const sgconv_dropout &dropout);

template <class Real>
void run_gelu(Context &context, Gelu<Real> job, bool backward);
template <class Real>
void run_add(Context &context, Addition<Real> job);

// Bytes of a workspace; INT64_MAX for more than can be.
template <class Real>
std::int64_t linear_workspace(const Context &context, const sgconv_linear_geometry &geometry,
                              bool backward);
// Of a job with its geometry and operands. Backward if it has a dy.
template <class Real>
void run_linear(Context &context, Linear<Real> job, void *workspace);

enum class NormKind { kLayer, kScalar };

template <class Real>
std::int64_t norm_workspace(const Context &context, const sgconv_signal_geometry &geometry);
template <class Real>
void run_norm(Context &context, NormKind kind, Norm<Real> job, void *workspace);
template <class Real>
void run_batch_norm(Context &context, BatchNorm<Real> job, void *workspace);

template <class Real>
void run_embedding_forward(Context &context, const Embedding<Real> &job);
std::int64_t embedding_workspace(const Context &context, std::int64_t vocabulary);
template <class Real>
void run_embedding_backward(Context &context, const Embedding<Real> &job, void *workspace);

template <class Real>
void run_pooling(Context &context, const Pooling<Real> &job);
template <class Real>
void run_transposition(Context &context, Transposition<Real> job);

}  // namespace sgconv

#endif
