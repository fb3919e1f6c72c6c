/* What tests ask of the emulated machine, beyond CUDA's own functions. Exported by the emulated
 * CUDA runtime. */
#ifndef SGCONV_EMULATION_CONTROL_H
#define SGCONV_EMULATION_CONTROL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the n-th call from now at a point fail, n >= 1. Points: "allocation" (device memory),
 * "attribute" (of a CUDA kernel), "capture" (its end), "context", "copy", "event", "handle" (of
 * cuBLAS), "launch", "pinned", "plan", "product", "stream", "transform". error: a cudaError_t, or a
 * cufftResult for "plan" and "transform", a cublasStatus_t for "handle" and "product". At "launch",
 * 700, 716 and 719 appear when the work runs and poison the context, others at the call. Returns 0,
 * or -1 for an unknown point. SGCONV_EMULATED_FAILURES="point:n:error,..." does the same at the
 * start. */
__attribute__((visibility("default"))) int32_t sgconv_emulation_fail(const char *point, int64_t n,
                                                                     int32_t error);
/* Forgets failures to come and the most waiting copies, and unpoisons every context; handles and
 * memory stay. */
__attribute__((visibility("default"))) void sgconv_emulation_reset(void);

/* What is alive: "allocation", "bytes" (of all devices), "carveout" (CUDA kernels, each device's,
 * that prefer shared memory to a cache), "context", "pinned", "registered", "stream", "event",
 * "graph", "executable", "plan", "handle"; -1 for another name. */
__attribute__((visibility("default"))) int64_t sgconv_emulation_live(const char *kind);
/* Calls since the start: "allocation", "attribute" (set for a CUDA kernel), "capture" (ended),
 * "context" (tried to make), "copy", "free", "handle", "launch", "pinned", "plan", "product",
 * "query" (a device's attribute), "synchronize", "transform"; 0 for another name. "waiting copies":
 * the most at one time that were submitted and not yet done, since the last sgconv_emulation_reset.
 */
__attribute__((visibility("default"))) int64_t sgconv_emulation_count(const char *kind);
/* Most bytes a device has had in use since the last reset of the peak. */
__attribute__((visibility("default"))) int64_t sgconv_emulation_peak_bytes(int32_t device);
__attribute__((visibility("default"))) void sgconv_emulation_reset_peak(int32_t device);

/* Text of the last fault: which CUDA kernel, thread, and why. Valid until the next fault. */
__attribute__((visibility("default"))) const char *sgconv_emulation_report(void);

/* "forward", "reverse" or "shuffled": in which order a block's threads get their turn. */
__attribute__((visibility("default"))) int32_t sgconv_emulation_order(const char *order,
                                                                      int32_t seed);

/* Barriers by the chain of calls from a CUDA kernel to them. Those that are met while this is on
 * get numbers, from 0 on. */
__attribute__((visibility("default"))) void sgconv_emulation_watch_barriers(int32_t on);
/* How many there are so far. */
__attribute__((visibility("default"))) int32_t sgconv_emulation_barriers(void);
/* Source line, CUDA kernel and threads a block; valid until another one is met. How often a thread
 * came to it. The addresses that its calls return to, innermost first, `most` of them at most; the
 * result is how many there are. */
__attribute__((visibility("default"))) const char *sgconv_emulation_barrier(int32_t number);
__attribute__((visibility("default"))) int64_t sgconv_emulation_barrier_count(int32_t number);
__attribute__((visibility("default"))) int32_t sgconv_emulation_barrier_returns(
    int32_t number, const void **addresses, int32_t most);
/* Leaves this one out too from now on, or none any more: -1. */
__attribute__((visibility("default"))) void sgconv_emulation_skip_barrier(int32_t number);

#ifdef __cplusplus
}
#endif

#endif
