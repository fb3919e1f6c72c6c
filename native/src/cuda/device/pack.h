// V neighbouring elements that one thread moves in one access.
#pragma once

#include <cstdint>

#include "cuda/device/device.h"

namespace sgconv::cuda {

template <class T, unsigned V>
struct alignas(sizeof(T) * V) Pack {
  T element[V];
};

// `source` must be aligned to the pack's size.
template <unsigned V, class T>
__device__ __forceinline__ Pack<T, V> load(const T *source) {
  return *SGCONV_ACCESS((reinterpret_cast<const Pack<T, V> *>(source)));
}

template <unsigned V, class T>
__device__ __forceinline__ void store(T *target, const Pack<T, V> &pack) {
  *SGCONV_ACCESS((reinterpret_cast<Pack<T, V> *>(target))) = pack;
}

}  // namespace sgconv::cuda
