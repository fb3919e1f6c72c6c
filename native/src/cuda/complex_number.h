// Complex float32 numbers, for host and device.
#pragma once

namespace sgconv::cuda {

struct alignas(8) Complex {
  float re, im;
};

}  // namespace sgconv::cuda
