/* Structured global convolution on the host's CPU, in float32 or in float64.
 *
 * Arrays are contiguous and row-major; B batch, C heads, C' kernel channels (C, or 2C when
 * bidirectional), H hidden width, L length, K kernel length, d parameters per scale, S scales, M
 * full kernel length. `dtype`, a sgconv_dtype, is that of every tensor of a call or a plan, and
 * what is computed in: SGCONV_FLOAT32 or SGCONV_FLOAT64; types of 16 bits are SGCONV_UNSUPPORTED.
 * Pointers need the alignment of one element only; outputs must not overlap inputs. Every call is
 * synchronous. Calls that share a context may come from several threads: they run one after another
 * on the context's thread pool. No call below `plan_create` allocates memory. Before those that do
 * there is one that says how much: it takes no time or memory that grow with the geometry, and what
 * exceeds an int64_t is INT64_MAX.
 */
#ifndef SGCONV_CPU_H
#define SGCONV_CPU_H

#include "sgconv/geometry.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SGCONV_CPU_ABI_VERSION 3

SGCONV_API int32_t sgconv_cpu_abi_version(void);
/* Library version, "major.minor.patch". Static storage. */
SGCONV_API const char *sgconv_cpu_version(void);
/* Text of this thread's last failure, "" before the first. */
SGCONV_API const char *sgconv_cpu_last_error(void);
/* Instruction set in use: "baseline", "avx2", "avx512" or "neon". The environment variable
 * SGCONV_CPU_TIER, read once, forces a tier; one that this CPU or build lacks makes context_create
 * fail with SGCONV_UNSUPPORTED. */
SGCONV_API const char *sgconv_cpu_tier(void);

/* A thread pool of `threads` workers (the calling thread counts as one); 0 means all processors
 * that this process may use. */
typedef struct sgconv_cpu_context sgconv_cpu_context;
SGCONV_API sgconv_status sgconv_cpu_context_create(int32_t threads, sgconv_cpu_context **context);
SGCONV_API sgconv_status sgconv_cpu_context_threads(const sgconv_cpu_context *context,
                                                    int32_t *threads);
/* NULL is ignored. Plans keep what they need of the context alive. */
SGCONV_API void sgconv_cpu_context_destroy(sgconv_cpu_context *context);

/* Bytes of host memory that a call of kernel_forward or kernel_backward takes while it runs, or of
 * kernel_norm if `length` is 0. */
SGCONV_API sgconv_status sgconv_cpu_kernel_memory(const sgconv_cpu_context *context,
                                                  const sgconv_kernel_geometry *geometry,
                                                  int32_t dtype, int64_t length, int64_t *bytes);
/* Kernel synthesis (SGConv, section 4).
 * weights (S, C', H, d); decay (H): multipliers m_h or exponents delta_h, by `geometry->decay`;
 * norm (C', H): L2 norm over the full length M; kernel (C', H, L), any L >= 1, zero beyond M. */
SGCONV_API sgconv_status sgconv_cpu_kernel_norm(sgconv_cpu_context *context,
                                                const sgconv_kernel_geometry *geometry,
                                                int32_t dtype, const void *weights,
                                                const void *decay, void *norm);
SGCONV_API sgconv_status sgconv_cpu_kernel_forward(sgconv_cpu_context *context,
                                                   const sgconv_kernel_geometry *geometry,
                                                   int32_t dtype, const void *weights,
                                                   const void *decay, const void *norm,
                                                   int64_t length, void *kernel);
/* grad_kernel (C', H, L) -> grad_weights (S, C', H, d), and grad_decay (H) for the power law, where
 * it may be NULL; for the geometric law it must be NULL. Nothing flows through the norm. */
SGCONV_API sgconv_status sgconv_cpu_kernel_backward(sgconv_cpu_context *context,
                                                    const sgconv_kernel_geometry *geometry,
                                                    int32_t dtype, const void *weights,
                                                    const void *decay, const void *norm,
                                                    int64_t length, const void *grad_kernel,
                                                    void *grad_weights, void *grad_decay);

/* A plan holds twiddles, buffers and the transform size for one convolution geometry. */
typedef struct sgconv_cpu_plan sgconv_cpu_plan;
/* Bytes of host memory: `held` by the plan as long as it exists, `building` besides while
 * plan_create runs, `spectrum` for each spectrum, which the caller provides. */
SGCONV_API sgconv_status sgconv_cpu_plan_memory(const sgconv_cpu_context *context,
                                                const sgconv_convolution_geometry *geometry,
                                                int32_t dtype, int64_t *held, int64_t *building,
                                                int64_t *spectrum);
SGCONV_API sgconv_status sgconv_cpu_plan_create(sgconv_cpu_context *context,
                                                const sgconv_convolution_geometry *geometry,
                                                int32_t dtype, sgconv_cpu_plan **plan);
/* NULL is ignored. */
SGCONV_API void sgconv_cpu_plan_destroy(sgconv_cpu_plan *plan);
/* Samples that one complex transform takes, or one round of sums: N >= L, a whole row; with kernels
 * of much fewer than L lags, less: rows are then cut into blocks, and time and memory are those of
 * the lags. */
SGCONV_API sgconv_status sgconv_cpu_plan_transform_size(const sgconv_cpu_plan *plan, int64_t *size);
/* Bytes of one spectrum, in the plan's own order; valid for every plan of equal geometry, type and
 * tier.
 */
SGCONV_API sgconv_status sgconv_cpu_plan_spectrum_bytes(const sgconv_cpu_plan *plan,
                                                        int64_t *bytes);

/* kernel (C', H, K), skip D (C, H) or NULL -> spectrum, 64-byte aligned. */
SGCONV_API sgconv_status sgconv_cpu_spectrum_prepare(sgconv_cpu_plan *plan, const void *kernel,
                                                     const void *skip, void *spectrum);

/* y = post * (conv(pre * u, kernel) + D * pre * u): u (B, H, L) -> y (B, C*H, L), index c*H + h.
 * pre and post (B, H, L) may each be NULL; post is shared by the heads. batch >= 1.
 *
 * lengths (B) or NULL: rows of b have 1 <= lengths[b] <= L samples. The result is that of rows cut
 * to them: what lies beyond is not read, and outputs are zero there. NULL if circular. */
SGCONV_API sgconv_status sgconv_cpu_convolution_forward(sgconv_cpu_plan *plan, const void *spectrum,
                                                        int64_t batch, const int64_t *lengths,
                                                        const void *u, const void *pre,
                                                        const void *post, void *y);

/* Gradients given dy (B, C*H, L), of rows cut to `lengths` if those are given. Each output may be
 * NULL and is then not computed: du (B, H, L), dk (C', H, K), dskip (C, H), dpre (B, H, L), dpost
 * (B, H, L). dpre needs pre, dpost needs post. Deterministic: the same inputs give the same bits,
 * whatever the number of threads. */
SGCONV_API sgconv_status sgconv_cpu_convolution_backward(sgconv_cpu_plan *plan,
                                                         const void *spectrum, int64_t batch,
                                                         const int64_t *lengths, const void *u,
                                                         const void *dy, const void *pre,
                                                         const void *post, void *du, void *dk,
                                                         void *dskip, void *dpre, void *dpost);

#ifdef __cplusplus
}
#endif

#endif
