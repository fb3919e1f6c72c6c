// Kernel synthesis on a context's threads.
#ifndef SGCONV_CPU_KERNELS_H
#define SGCONV_CPU_KERNELS_H

#include "cpu/context.h"
#include "cpu/tier.h"

namespace sgconv {

// Bytes that a job takes that looks at so many lags of each row.
std::int64_t synthesis_memory(const Context &context, const sgconv_kernel_geometry &geometry,
                              std::int64_t lags);

void synthesis_norm(Context &context, Synthesis job);
void synthesis_forward(Context &context, Synthesis job);
// grad_decay (H) or null.
void synthesis_backward(Context &context, Synthesis job, float *grad_decay);

}  // namespace sgconv

#endif
