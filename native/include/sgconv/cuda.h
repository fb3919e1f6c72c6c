/* CUDA kernels of structured global convolution.
 *
 * The caller owns devices, memory, streams and transforms (CUDA runtime, cuFFT); this library only
 * launches CUDA kernels. Every pointer named below is device memory of the current device unless it
 * says "host"; `stream` is a cudaStream_t of that device, NULL for the default stream. Calls return
 * after the launch: they neither wait for it, nor allocate, nor copy, so that they can be captured
 * into a CUDA graph.
 *
 * Arrays are contiguous and row-major; B batch, C heads, C' kernel channels (C, or 2C when
 * bidirectional), H hidden width, L length, K kernel length, N >= L transform size, d parameters
 * per scale, S scales, M full kernel length. "Complex" is interleaved float32 (re, im). Signals,
 * outputs and gates have the caller's `sgconv_dtype`; kernels, norms, spectra and their gradients
 * are float32, and so is all arithmetic. Pointers need the alignment of their element; 16-byte
 * alignment of pointers and rows is faster. Results are deterministic: no atomics, sums in a fixed
 * order that does not depend on how rows are chunked.
 *
 * Two ways to convolve. A plan does it all, by our own transforms, for sizes that it has. The ring
 * steps do what is to be done around transforms of any size, which the caller gets from cuFFT.
 *
 * `lengths`, wherever it is named: host memory, one value for each member of the batch, read before
 * the call returns; NULL if every signal has L samples. 1 <= lengths[b] <= L. Member b is then a
 * signal of lengths[b] samples: what inputs and gates hold beyond counts as zero, even NaN, and
 * outputs are zero there. Results are those of convolving the signal cut to that length, so a
 * circular convolution has no lengths. Each run of members of equal length is launched by itself:
 * members sorted by length are faster.
 */
#ifndef SGCONV_CUDA_H
#define SGCONV_CUDA_H

#include "sgconv/geometry.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SGCONV_CUDA_ABI_VERSION 3

SGCONV_API int32_t sgconv_cuda_abi_version(void);
/* Library version, "major.minor.patch". Static storage. */
SGCONV_API const char *sgconv_cuda_version(void);
/* What the CUDA kernels were compiled for, for example "sm_80 sm_90 compute_90"; "emulated" on the
 * emulated device. Static storage. */
SGCONV_API const char *sgconv_cuda_architectures(void);
/* Text of this thread's last failure, "" before the first. */
SGCONV_API const char *sgconv_cuda_last_error(void);
/* cudaError_t behind this thread's last SGCONV_DEVICE, 0 before the first. */
SGCONV_API int32_t sgconv_cuda_last_device_error(void);
/* SGCONV_OK if the current device can run this library's CUDA kernels, SGCONV_UNSUPPORTED if it is
 * of an architecture that they were not compiled for. */
SGCONV_API sgconv_status sgconv_cuda_check_device(void);

/* Kernel synthesis (SGConv, section 4), one pass, no workspace.
 * weights (S, C', H, d); decay (H): multipliers m_h or exponents delta_h, by `geometry->decay`;
 * norm (C', H): L2 norm over the full length M; kernel (C', H, L), any L >= 1, zero beyond M.
 * `geometry` is host memory. */
SGCONV_API sgconv_status sgconv_cuda_kernel_norm(const sgconv_kernel_geometry *geometry,
                                                 const float *weights, const float *decay,
                                                 float *norm, void *stream);
SGCONV_API sgconv_status sgconv_cuda_kernel_forward(const sgconv_kernel_geometry *geometry,
                                                    const float *weights, const float *decay,
                                                    const float *norm, int64_t length,
                                                    float *kernel, void *stream);
/* grad_kernel (C', H, L) -> grad_weights (S, C', H, d), and grad_decay (H) for the power law, where
 * it may be NULL; for the geometric law it must be NULL. Nothing flows through the norm. */
SGCONV_API sgconv_status sgconv_cuda_kernel_backward(const sgconv_kernel_geometry *geometry,
                                                     const float *weights, const float *decay,
                                                     const float *norm, int64_t length,
                                                     const float *grad_kernel, float *grad_weights,
                                                     float *grad_decay, void *stream);

/* A convolution by our own transforms: planned once for a geometry and a type of signals on the
 * current device, executed many times. Sizes N of whole rows are 2^k from 256 to 16 Mi and 3 * 2^k
 * from 384 to 12 Mi. Up to 16384 (8192 on devices whose blocks have 99 KiB of shared memory,
 * capability 8.6, 8.9, 12.0) one block works on a whole row: u is read once for each head, y
 * written once, and forward needs no workspace. Beyond, N = P * M: columns of P, rows of M,
 * columns, in chunks of signals that stay in the second-level cache; the largest size is then 16
 * Mi, or 8 Mi on the devices above. There a call submits three or more launches for every chunk,
 * thousands for many long signals: it still does not wait for the device's results, but where the
 * stream's queue is full the driver may hold the caller until there is room.
 *
 * With one head and a kernel of much fewer lags than L, where that costs less, one block works on a
 * window of N samples of a row, N from 256 to 16384, and neighboring windows overlap by the lags. L
 * may then be up to 2^30. Forward needs no workspace.
 *
 * A plan holds what was looked up and chosen, a few hundred bytes of host memory, and no state
 * between calls: threads and streams may share it. Calls need the plan's device to be current.
 * They cut the work to the workspace that they are given; no bit of a result depends on its size.
 * All structs, `plan`, `size`, `bytes`, `least` and `most` are host memory. */
typedef struct sgconv_cuda_plan sgconv_cuda_plan;

/* SGCONV_UNSUPPORTED if there is no such N on this device, or C * H exceeds 2^20: then the ring
 * steps remain. */
SGCONV_API sgconv_status sgconv_cuda_plan_create(const sgconv_convolution_geometry *geometry,
                                                 int32_t dtype, sgconv_cuda_plan **plan);
/* NULL is ignored. Work that was launched goes on. */
SGCONV_API void sgconv_cuda_plan_destroy(sgconv_cuda_plan *plan);
/* N: at least L, or the samples of a window. */
SGCONV_API sgconv_status sgconv_cuda_plan_transform_size(const sgconv_cuda_plan *plan,
                                                         int64_t *size);
/* Bytes of one spectrum (C, H, N), complex, in the plan's own order and with 1/N folded in; it is
 * aligned to 8 bytes and valid for every plan of equal geometry, whatever its type, on devices of
 * equal architecture. */
SGCONV_API sgconv_status sgconv_cuda_plan_spectrum_bytes(const sgconv_cuda_plan *plan,
                                                         int64_t *bytes);

/* Gradients of a backward pass: any of them, added up. */
typedef enum sgconv_gradients {
  SGCONV_GRADIENT_INPUT = 1,  /* du or dpre */
  SGCONV_GRADIENT_KERNEL = 2, /* dk or dskip */
  SGCONV_GRADIENT_POST = 4    /* dpost */
} sgconv_gradients;
/* Bytes of workspace for a call with `batch` members, 1 <= batch <= 2^30: of a forward pass if
 * `gradients` is 0, otherwise of a backward pass to these. `least` is what a call needs at least,
 * `most` what it can use; both may be 0. */
SGCONV_API sgconv_status sgconv_cuda_plan_workspace_bytes(const sgconv_cuda_plan *plan,
                                                          int64_t batch, int32_t gradients,
                                                          int64_t *least, int64_t *most);

/* kernel (C', H, K), skip D (C, H) or NULL -> spectrum. */
SGCONV_API sgconv_status sgconv_cuda_plan_prepare(const sgconv_cuda_plan *plan, const float *kernel,
                                                  const float *skip, void *spectrum, void *stream);
/* The same from the parameters of the kernel, as kernel_forward takes them: weights (S, C', H, d),
 * decay (H), norm (C', H). The kernel itself is written to `kernel` (C', H, K); NULL if not wanted:
 * its values then stay in shared memory, beyond one block they pass through the spectrum's memory.
 * C' and H of `kernels` must be the plan's. */
SGCONV_API sgconv_status sgconv_cuda_plan_synthesize(const sgconv_cuda_plan *plan,
                                                     const sgconv_kernel_geometry *kernels,
                                                     const float *weights, const float *decay,
                                                     const float *norm, const float *skip,
                                                     float *kernel, void *spectrum, void *stream);

/* y = post * (conv(pre * u, kernel) + D * pre * u): u (B, H, L) -> y (B, C*H, L), index c*H + h.
 * pre and post (B, H, L) may each be NULL; post is shared by the heads. workspace, aligned to 8
 * bytes, may be NULL where it has 0 bytes. */
SGCONV_API sgconv_status sgconv_cuda_plan_forward(const sgconv_cuda_plan *plan,
                                                  const void *spectrum, int64_t batch,
                                                  const int64_t *lengths, const void *u,
                                                  const void *pre, const void *post, void *y,
                                                  void *workspace, int64_t workspace_bytes,
                                                  void *stream);
/* Gradients given dy (B, C*H, L). Each output may be NULL and is then not computed, but not all of
 * them: du (B, H, L), dk (C', H, K), dskip (C, H), dpre (B, H, L), dpost (B, H, L). dpre needs pre,
 * dpost needs post. */
SGCONV_API sgconv_status sgconv_cuda_plan_backward(
    const sgconv_cuda_plan *plan, const void *spectrum, int64_t batch, const int64_t *lengths,
    const void *u, const void *dy, const void *pre, const void *post, void *du, float *dk,
    float *dskip, void *dpre, void *dpost, void *workspace, int64_t workspace_bytes, void *stream);

/* The ring steps: a convolution in the ring x^N = i, with w_n = exp(i pi n / 2N), is
 *   spectrum: kernel_place, then C2C forward of each row in place;
 *   forward:  twist(u), C2C forward, spectrum_multiply, C2C inverse, untwist -> y;
 *   backward: x = twist(u) and g = twist(dy), both C2C forward, spectrum_backward, then C2C inverse
 *             of its two results and untwist -> du, kernel_gradient -> dk, dD.
 */

/* Smallest transform size N >= length without a prime factor above 7; a multiple of 8 from length
 * 64 on, so that rows stay aligned. `size` is host memory. */
SGCONV_API sgconv_status sgconv_cuda_transform_size(int64_t length, int64_t *size);

/* The part of a convolution that one call works on: signals (B, H, L) or (B, C*H, L), of which rows
 * (b, h) with batch_first <= b < batch_first + batch_count and likewise h. Signal pointers are
 * those of the whole tensor; complex rows are packed, (batch_count, hidden_count, N). */
typedef struct sgconv_cuda_rows {
  int64_t heads;  /* C >= 1 */
  int64_t hidden; /* H >= 1 */
  int64_t length; /* L >= 1 */
  int64_t size;   /* N >= L, at most 2^32 */
  int64_t batch_first;
  int64_t batch_count; /* >= 1 */
  int64_t hidden_first;
  int64_t hidden_count; /* >= 1; hidden_first + hidden_count <= H */
} sgconv_cuda_rows;

/* Kernel (C', H, K) and skip D (C, H) or NULL -> rows [row_first, row_first + row_count) of the C*H
 * rows of the complex `spectrum` (C, H, N): coefficients at their place in the ring, times w. The
 * caller then transforms the rows forward, in place, without scaling. `geometry` is host memory. */
SGCONV_API sgconv_status sgconv_cuda_kernel_place(const sgconv_convolution_geometry *geometry,
                                                  int64_t size, int64_t row_first,
                                                  int64_t row_count, const float *kernel,
                                                  const float *skip, float *spectrum, void *stream);

/* z = w * (gate * signal), zero beyond the signal's length. lengths[b] is of member b of the whole
 * batch, not of `rows` alone. head < 0: signal is (B, H, L); else head `head` of
 * (B, C*H, L). gate (B, H, L) may be NULL. z complex (batch_count, hidden_count, N). */
SGCONV_API sgconv_status sgconv_cuda_twist(const sgconv_cuda_rows *rows, const int64_t *lengths,
                                           int32_t head, int32_t dtype, const void *signal,
                                           const void *gate, float *z, void *stream);

/* y = gate * Re(conj(w) * z) / N, where z has been through the inverse transform without scaling.
 * head < 0: y is (B, H, L); else head `head` of (B, C*H, L). gate (B, H, L) may be NULL.
 * factor and product, both (B, H, L) or both NULL: product = factor * Re(conj(w) * z) / N; then y
 * may be NULL. */
SGCONV_API sgconv_status sgconv_cuda_untwist(const sgconv_cuda_rows *rows, const int64_t *lengths,
                                             int32_t head, int32_t dtype, const float *z,
                                             const void *gate, const void *factor, void *y,
                                             void *product, void *stream);

/* dpost = sum over heads of dy * Re(conj(w) * z_head) / N, one head a call, in order from 0.
 * dy (B, C*H, L), dpost (B, H, L), both of `dtype`. sum float32 (batch_count, hidden_count, L)
 * carries the sum from head to head: needed if C > 1, otherwise NULL. dpost is written at the last
 * head. */
SGCONV_API sgconv_status sgconv_cuda_gate_gradient(const sgconv_cuda_rows *rows,
                                                   const int64_t *lengths, int32_t head,
                                                   int32_t dtype, const float *z, const void *dy,
                                                   float *sum, void *dpost, void *stream);

/* out = z * K for head `head`, K the complex spectrum (C, H, N). out may be z. */
SGCONV_API sgconv_status sgconv_cuda_spectrum_multiply(const sgconv_cuda_rows *rows, int32_t head,
                                                       const float *spectrum, const float *z,
                                                       float *out, void *stream);

/* Both gradients of head `head` in the frequency domain, from x and g (batch_count, hidden_count,
 * N): input  (batch_count, hidden_count, N) = conj(K) * g, added to what is there if head > 0;
 *   kernel (hidden_count, N) = sum over the batch, in order, of conj(x) * g, added to what is there
 * if batch_first > 0: the caller gives the batch in order. input may be NULL (then spectrum may
 * be), kernel may be NULL (then x may be). input may be g if C = 1. */
SGCONV_API sgconv_status sgconv_cuda_spectrum_backward(const sgconv_cuda_rows *rows, int32_t head,
                                                       const float *spectrum, const float *x,
                                                       const float *g, float *input, float *kernel,
                                                       void *stream);

/* Kernel gradients of head `head`, h in [hidden_first, hidden_first + hidden_count), from the
 * inverse transform (without scaling) of spectrum_backward's `kernel`: dk (C', H, K), dskip (C, H).
 * Either may be NULL. The batch members of `rows` are ignored. */
SGCONV_API sgconv_status sgconv_cuda_kernel_gradient(const sgconv_cuda_rows *rows,
                                                     int64_t kernel_length, int32_t mode,
                                                     int32_t head, const float *correlation,
                                                     float *dk, float *dskip, void *stream);

#ifdef __cplusplus
}
#endif

#endif
