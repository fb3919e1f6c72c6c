// Kernel synthesis on a context's threads, in float or in double.
#ifndef SGCONV_CPU_KERNELS_H
#define SGCONV_CPU_KERNELS_H

#include "cpu/context.h"
#include "cpu/tier.h"

namespace sgconv {

// Bytes that a job takes that looks at so many lags of each row.
template <class Real>
std::int64_t synthesis_memory(const Context &context, const sgconv_kernel_geometry &geometry,
                              std::int64_t lags);

template <class Real>
void synthesis_norm(Context &context, Synthesis<Real> job);
template <class Real>
void synthesis_forward(Context &context, Synthesis<Real> job);
// grad_decay (H) or null.
template <class Real>
void synthesis_backward(Context &context, Synthesis<Real> job, Real *grad_decay);

}  // namespace sgconv

#endif
