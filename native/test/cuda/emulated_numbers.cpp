#include <cstddef>

#include "emulation/half.h"
#include "emulation/runtime_api.h"
#include "numbers.h"

namespace sgconv::test {

Numbers emulated_numbers() {
  return {
#define NUMBER(expression) {#expression, static_cast<long long>(expression)},
#include "numbers.inc"
#undef NUMBER
  };
}

HalfConversions emulated_conversions() {
  return {[](float value) { return cuda::from_float<cuda::float16>(value).bits; },
          [](float value) { return cuda::from_float<cuda::bfloat16>(value).bits; },
          [](uint16_t bits) { return cuda::to_float(cuda::float16{bits}); },
          [](uint16_t bits) { return cuda::to_float(cuda::bfloat16{bits}); }};
}

}  // namespace sgconv::test
