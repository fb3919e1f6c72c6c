// The subset of the CUDA runtime that we call: names, numbers and layouts of CUDA 13, written from
// its documentation. Compared with the real header wherever that is installed
// (test/cuda/runtime_numbers).
#pragma once

#include <cstddef>

#include "emulation/export.h"

enum cudaError_t : int {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInitializationError = 3,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInvalidPitchValue = 12,
  cudaErrorInvalidMemcpyDirection = 21,
  cudaErrorInsufficientDriver = 35,
  cudaErrorDevicesUnavailable = 46,
  cudaErrorInvalidDeviceFunction = 98,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorNotReady = 600,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchOutOfResources = 701,
  cudaErrorHostMemoryAlreadyRegistered = 712,
  cudaErrorHostMemoryNotRegistered = 713,
  cudaErrorMisalignedAddress = 716,
  cudaErrorLaunchFailure = 719,
  cudaErrorNotSupported = 801,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorStreamCaptureInvalidated = 901,
  cudaErrorStreamCaptureUnmatched = 903,
  cudaErrorStreamCaptureUnjoined = 904,
  cudaErrorStreamCaptureIsolation = 905,
  cudaErrorStreamCaptureImplicit = 906,
  cudaErrorCapturedEvent = 907,
  cudaErrorStreamCaptureWrongThread = 908,
  cudaErrorUnknown = 999
};

enum cudaMemcpyKind : int {
  cudaMemcpyHostToHost = 0,
  cudaMemcpyHostToDevice = 1,
  cudaMemcpyDeviceToHost = 2,
  cudaMemcpyDeviceToDevice = 3,
  cudaMemcpyDefault = 4
};

enum cudaDeviceAttr : int {
  cudaDevAttrMaxThreadsPerBlock = 1,
  cudaDevAttrMaxSharedMemoryPerBlock = 8,
  cudaDevAttrWarpSize = 10,
  cudaDevAttrMaxRegistersPerBlock = 12,
  cudaDevAttrClockRate = 13,
  cudaDevAttrMultiProcessorCount = 16,
  cudaDevAttrIntegrated = 18,
  cudaDevAttrComputeMode = 20,
  cudaDevAttrPciBusId = 33,
  cudaDevAttrPciDeviceId = 34,
  cudaDevAttrMemoryClockRate = 36,
  cudaDevAttrGlobalMemoryBusWidth = 37,
  cudaDevAttrL2CacheSize = 38,
  cudaDevAttrMaxThreadsPerMultiProcessor = 39,
  cudaDevAttrUnifiedAddressing = 41,
  cudaDevAttrPciDomainId = 50,
  cudaDevAttrComputeCapabilityMajor = 75,
  cudaDevAttrComputeCapabilityMinor = 76,
  cudaDevAttrMaxSharedMemoryPerMultiprocessor = 81,
  cudaDevAttrMaxSharedMemoryPerBlockOptin = 97,
  cudaDevAttrMemoryPoolsSupported = 115
};

enum cudaMemPoolAttr : int {
  cudaMemPoolReuseFollowEventDependencies = 1,
  cudaMemPoolReuseAllowOpportunistic = 2,
  cudaMemPoolReuseAllowInternalDependencies = 3,
  cudaMemPoolAttrReleaseThreshold = 4,
  cudaMemPoolAttrReservedMemCurrent = 5,
  cudaMemPoolAttrReservedMemHigh = 6,
  cudaMemPoolAttrUsedMemCurrent = 7,
  cudaMemPoolAttrUsedMemHigh = 8
};

enum cudaMemoryType : int {
  cudaMemoryTypeUnregistered = 0,
  cudaMemoryTypeHost = 1,
  cudaMemoryTypeDevice = 2,
  cudaMemoryTypeManaged = 3
};

enum cudaStreamCaptureMode : int {
  cudaStreamCaptureModeGlobal = 0,
  cudaStreamCaptureModeThreadLocal = 1,
  cudaStreamCaptureModeRelaxed = 2
};

enum cudaStreamCaptureStatus : int {
  cudaStreamCaptureStatusNone = 0,
  cudaStreamCaptureStatusActive = 1,
  cudaStreamCaptureStatusInvalidated = 2
};

constexpr int cudaInvalidDeviceId = -2;
constexpr unsigned cudaStreamNonBlocking = 1;
constexpr unsigned cudaEventBlockingSync = 1;
constexpr unsigned cudaEventDisableTiming = 2;

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_size = 1, unsigned y_size = 1, unsigned z_size = 1)
      : x(x_size), y(y_size), z(z_size) {}
};

using cudaStream_t = struct CUstream_st *;
using cudaEvent_t = struct CUevent_st *;
using cudaMemPool_t = struct CUmemPoolHandle_st *;
using cudaGraph_t = struct CUgraph_st *;
using cudaGraphExec_t = struct CUgraphExec_st *;

// CUDA 12's has no reserved members.
struct cudaPointerAttributes {
  cudaMemoryType type;
  int device;
  void *devicePointer;
  void *hostPointer;
  long reserved[8];
};

// Only the first members of CUDA's struct are given values; the rest is zero.
struct cudaDeviceProp {
  char name[256];
  char uuid[16];
  char luid[8];
  unsigned luidDeviceNodeMask;
  std::size_t totalGlobalMem;
  char rest[712];
};

enum cudaFuncAttribute : int {
  cudaFuncAttributeMaxDynamicSharedMemorySize = 8,
  cudaFuncAttributePreferredSharedMemoryCarveout = 9
};

constexpr int cudaSharedmemCarveoutMaxShared = 100;

enum cudaComputeMode : int { cudaComputeModeDefault = 0, cudaComputeModeProhibited = 2 };

struct cudaFuncAttributes {
  std::size_t sharedSizeBytes, constSizeBytes, localSizeBytes;
  int maxThreadsPerBlock, numRegs, ptxVersion, binaryVersion;
  char rest[104];
};

extern "C" {
SGCONV_EMULATION_API cudaError_t cudaGetDeviceCount(int *count);
SGCONV_EMULATION_API cudaError_t cudaGetDevice(int *device);
SGCONV_EMULATION_API cudaError_t cudaSetDevice(int device);
SGCONV_EMULATION_API cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute,
                                                        int device);
SGCONV_EMULATION_API cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int device);
SGCONV_EMULATION_API cudaError_t cudaDeviceGetPCIBusId(char *text, int length, int device);
SGCONV_EMULATION_API cudaError_t cudaDeviceSynchronize();
SGCONV_EMULATION_API cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *attributes,
                                                       const void *function);
SGCONV_EMULATION_API cudaError_t cudaFuncSetAttribute(const void *function,
                                                      cudaFuncAttribute attribute, int value);
SGCONV_EMULATION_API cudaError_t cudaDriverGetVersion(int *version);
SGCONV_EMULATION_API cudaError_t cudaRuntimeGetVersion(int *version);

SGCONV_EMULATION_API cudaError_t cudaGetLastError();
SGCONV_EMULATION_API cudaError_t cudaPeekAtLastError();
SGCONV_EMULATION_API const char *cudaGetErrorName(cudaError_t error);
SGCONV_EMULATION_API const char *cudaGetErrorString(cudaError_t error);

SGCONV_EMULATION_API cudaError_t cudaMalloc(void **pointer, std::size_t size);
SGCONV_EMULATION_API cudaError_t cudaFree(void *pointer);
SGCONV_EMULATION_API cudaError_t cudaMallocAsync(void **pointer, std::size_t size,
                                                 cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaFreeAsync(void *pointer, cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaMemGetInfo(std::size_t *free, std::size_t *total);
SGCONV_EMULATION_API cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *attributes,
                                                          const void *pointer);
SGCONV_EMULATION_API cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t *pool, int device);
SGCONV_EMULATION_API cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool,
                                                         cudaMemPoolAttr attribute, void *value);
SGCONV_EMULATION_API cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool,
                                                         cudaMemPoolAttr attribute, void *value);
SGCONV_EMULATION_API cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, std::size_t keep);

SGCONV_EMULATION_API cudaError_t cudaMallocHost(void **pointer, std::size_t size);
SGCONV_EMULATION_API cudaError_t cudaHostAlloc(void **pointer, std::size_t size, unsigned flags);
SGCONV_EMULATION_API cudaError_t cudaFreeHost(void *pointer);
SGCONV_EMULATION_API cudaError_t cudaHostRegister(void *pointer, std::size_t size, unsigned flags);
SGCONV_EMULATION_API cudaError_t cudaHostUnregister(void *pointer);

SGCONV_EMULATION_API cudaError_t cudaMemcpy(void *target, const void *source, std::size_t size,
                                            cudaMemcpyKind kind);
SGCONV_EMULATION_API cudaError_t cudaMemcpyAsync(void *target, const void *source, std::size_t size,
                                                 cudaMemcpyKind kind, cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaMemcpy2DAsync(void *target, std::size_t target_pitch,
                                                   const void *source, std::size_t source_pitch,
                                                   std::size_t width, std::size_t height,
                                                   cudaMemcpyKind kind, cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaMemset(void *target, int value, std::size_t size);
SGCONV_EMULATION_API cudaError_t cudaMemsetAsync(void *target, int value, std::size_t size,
                                                 cudaStream_t stream);

SGCONV_EMULATION_API cudaError_t cudaStreamCreate(cudaStream_t *stream);
SGCONV_EMULATION_API cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags);
SGCONV_EMULATION_API cudaError_t cudaStreamCreateWithPriority(cudaStream_t *stream, unsigned flags,
                                                              int priority);
SGCONV_EMULATION_API cudaError_t cudaStreamDestroy(cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaStreamSynchronize(cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaStreamQuery(cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event,
                                                     unsigned flags);
SGCONV_EMULATION_API cudaError_t cudaStreamGetDevice(cudaStream_t stream, int *device);

SGCONV_EMULATION_API cudaError_t cudaEventCreate(cudaEvent_t *event);
SGCONV_EMULATION_API cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags);
SGCONV_EMULATION_API cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaEventSynchronize(cudaEvent_t event);
SGCONV_EMULATION_API cudaError_t cudaEventQuery(cudaEvent_t event);
SGCONV_EMULATION_API cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t start,
                                                      cudaEvent_t end);
SGCONV_EMULATION_API cudaError_t cudaEventDestroy(cudaEvent_t event);

SGCONV_EMULATION_API cudaError_t cudaStreamBeginCapture(cudaStream_t stream,
                                                        cudaStreamCaptureMode mode);
SGCONV_EMULATION_API cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph);
SGCONV_EMULATION_API cudaError_t cudaStreamIsCapturing(cudaStream_t stream,
                                                       cudaStreamCaptureStatus *status);
SGCONV_EMULATION_API cudaError_t cudaGraphInstantiate(cudaGraphExec_t *executable,
                                                      cudaGraph_t graph, unsigned long long flags);
SGCONV_EMULATION_API cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream);
SGCONV_EMULATION_API cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable);
SGCONV_EMULATION_API cudaError_t cudaGraphDestroy(cudaGraph_t graph);
}
