// The column step of long rows by itself.
#pragma once

#include "cuda/four_step/columns.h"
#include "device.h"

namespace sgconv::test {

// M columns of P numbers, row after row, transformed forward or back.
template <int P, int M>
void run_columns(cuda::Complex *z, bool forward) {
  using Transform = cuda::ColumnTransform<P, M>;
  const cuda::ColumnsWithinArguments arguments{forward, 1.0f, z};
  static const int function = 0;
  require(cudaFuncSetAttribute(&function, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               Transform::kSharedBytes),
          "cudaFuncSetAttribute");
  require(emulation::launch({"columns_within", &function, dim3(M / Transform::kColumns),
                             dim3(Transform::kBlock), Transform::kSharedBytes, nullptr,
                             [=] { cuda::columns_within<P, M>(arguments); }}),
          "launch");
  require(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
}

}  // namespace sgconv::test
