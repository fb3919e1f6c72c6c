/* Status codes of every sgconv C library. */
#ifndef SGCONV_STATUS_H
#define SGCONV_STATUS_H

#include <stdint.h>

#if defined(SGCONV_BUILD)
#define SGCONV_API __attribute__((visibility("default")))
#else
#define SGCONV_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Result of every call that can fail. The text of a failure is in the library's own
 * `*_last_error()`, which is per thread and valid until that thread's next failing call. */
typedef enum sgconv_status {
  SGCONV_OK = 0,
  SGCONV_INVALID_ARGUMENT = 1, /* a value outside the documented range; nothing was written */
  SGCONV_OUT_OF_MEMORY = 2,    /* host memory; nothing was written, the handle stays usable */
  SGCONV_UNSUPPORTED = 3,      /* legal, but not with this build, instruction set or device */
  SGCONV_INTERNAL = 4,         /* a defect of the library */
  SGCONV_DEVICE = 5            /* a CUDA call failed; the text names it */
} sgconv_status;

#ifdef __cplusplus
}
#endif

#endif
