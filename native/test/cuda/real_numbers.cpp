#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime_api.h>

#include <cstddef>

#include "numbers.h"

namespace sgconv::test {

Numbers real_numbers() {
  return {
#define NUMBER(expression) {#expression, static_cast<long long>(expression)},
#include "numbers.inc"
#undef NUMBER
  };
}

HalfConversions real_conversions() {
  return {[](float value) { return static_cast<__half_raw>(__float2half_rn(value)).x; },
          [](float value) { return static_cast<__nv_bfloat16_raw>(__float2bfloat16_rn(value)).x; },
          [](uint16_t bits) { return __half2float(__half(__half_raw{bits})); },
          [](uint16_t bits) { return __bfloat162float(__nv_bfloat16(__nv_bfloat16_raw{bits})); }};
}

}  // namespace sgconv::test
