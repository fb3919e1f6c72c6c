// What the files of the C boundary share: the context, and operands of either type.
#ifndef SGCONV_CPU_BOUNDARY_H
#define SGCONV_CPU_BOUNDARY_H

#include <memory>
#include <string>

#include "common/check.h"
#include "common/failure.h"
#include "common/guarded.h"
#include "cpu/context.h"
#include "sgconv/cpu.h"

struct sgconv_cpu_context {
  std::shared_ptr<sgconv::Context> context;
};

namespace sgconv {

// A type that a template is called with.
template <class T>
struct Element {
  using Real = T;
};

// Calls body with the type of the elements.
template <class Body>
void with_type(std::int32_t dtype, const Body &body) {
  require_range("dtype", dtype, SGCONV_FLOAT32, SGCONV_FLOAT64);
  if (dtype == SGCONV_FLOAT32) {
    body(Element<float>{});
  } else if (dtype == SGCONV_FLOAT64) {
    body(Element<double>{});
  } else {
    throw Failure(SGCONV_UNSUPPORTED,
                  "dtype = " + std::to_string(dtype) +
                      ": the CPU library computes in float32 (0) or float64 (3)");
  }
}

// Operands of a call: pointers to elements, aligned as these are; optional ones may be null.
template <class Real>
const Real *input(const char *name, const void *tensor) {
  require_pointer(name, tensor, sizeof(Real));
  return static_cast<const Real *>(tensor);
}

template <class Real>
const Real *optional_input(const char *name, const void *tensor) {
  require_optional(name, tensor, sizeof(Real));
  return static_cast<const Real *>(tensor);
}

template <class Real>
Real *output(const char *name, void *tensor) {
  require_pointer(name, tensor, sizeof(Real));
  return static_cast<Real *>(tensor);
}

template <class Real>
Real *optional_output(const char *name, void *tensor) {
  require_optional(name, tensor, sizeof(Real));
  return static_cast<Real *>(tensor);
}

}  // namespace sgconv

#endif
