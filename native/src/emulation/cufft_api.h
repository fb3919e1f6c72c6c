// The subset of cuFFT that we call: names and numbers of cuFFT 12, written from its documentation.
#pragma once

#include <cstddef>

#include "emulation/export.h"
#include "emulation/runtime_api.h"

enum cufftResult : int {
  CUFFT_SUCCESS = 0,
  CUFFT_INVALID_PLAN = 1,
  CUFFT_ALLOC_FAILED = 2,
  CUFFT_INVALID_TYPE = 3,
  CUFFT_INVALID_VALUE = 4,
  CUFFT_INTERNAL_ERROR = 5,
  CUFFT_EXEC_FAILED = 6,
  CUFFT_SETUP_FAILED = 7,
  CUFFT_INVALID_SIZE = 8,
  CUFFT_UNALIGNED_DATA = 9,
  CUFFT_INVALID_DEVICE = 11,
  CUFFT_NO_WORKSPACE = 13,
  CUFFT_NOT_IMPLEMENTED = 14,
  CUFFT_NOT_SUPPORTED = 16
};

enum cufftType : int { CUFFT_C2C = 0x29 };

constexpr int CUFFT_FORWARD = -1;
constexpr int CUFFT_INVERSE = 1;

using cufftHandle = int;

struct cufftComplex {
  float x, y;
};

extern "C" {
SGCONV_EMULATION_API cufftResult cufftGetVersion(int *version);
SGCONV_EMULATION_API cufftResult cufftCreate(cufftHandle *plan);
SGCONV_EMULATION_API cufftResult cufftDestroy(cufftHandle plan);
SGCONV_EMULATION_API cufftResult cufftSetAutoAllocation(cufftHandle plan, int automatic);
SGCONV_EMULATION_API cufftResult cufftMakePlan1d(cufftHandle plan, int size, cufftType type,
                                                 int batch, std::size_t *work_size);
SGCONV_EMULATION_API cufftResult cufftMakePlanMany64(cufftHandle plan, int rank, long long *size,
                                                     long long *inembed, long long istride,
                                                     long long idist, long long *onembed,
                                                     long long ostride, long long odist,
                                                     cufftType type, long long batch,
                                                     std::size_t *work_size);
SGCONV_EMULATION_API cufftResult cufftGetSizeMany64(cufftHandle plan, int rank, long long *size,
                                                    long long *inembed, long long istride,
                                                    long long idist, long long *onembed,
                                                    long long ostride, long long odist,
                                                    cufftType type, long long batch,
                                                    std::size_t *work_size);
SGCONV_EMULATION_API cufftResult cufftEstimate1d(int size, cufftType type, int batch,
                                                 std::size_t *work_size);
SGCONV_EMULATION_API cufftResult cufftGetSize(cufftHandle plan, std::size_t *work_size);
SGCONV_EMULATION_API cufftResult cufftSetWorkArea(cufftHandle plan, void *area);
SGCONV_EMULATION_API cufftResult cufftSetStream(cufftHandle plan, cudaStream_t stream);
SGCONV_EMULATION_API cufftResult cufftExecC2C(cufftHandle plan, cufftComplex *input,
                                              cufftComplex *output, int direction);
}
