// What the backward pass puts aside: the signal's spectrum while heads take their turns, and sums.
// Each thread reads only what it wrote itself, so no barrier is needed. Shared memory takes as much
// as it has room for (block_shape.h); what is left over and what a device has no room for lies in
// memory, of which one block's share stays in the second-level cache.
#pragma once

#include "cuda/block/block_rows.h"

namespace sgconv::cuda {

// Samples that are loaded before they are needed, where there are registers for them.
template <int N>
struct EarlySamples {
  static constexpr std::size_t kCount = BackwardTransform<N>::kCount;

  uint32_t bits[kCount];

  template <class Row>
  __device__ __forceinline__ void load(const Row &row, const void *signal) {
    if constexpr (BlockShape<N>::kLoadsEarly) {
      row.load_bits(signal, bits);
    }
  }
  // `row` and `signal` are those of the last load.
  template <class Row>
  __device__ __forceinline__ void take(const Row &row, const void *signal,
                                       float (&values)[kCount]) const {
    if constexpr (BlockShape<N>::kLoadsEarly) {
      row.convert(bits, values);
    } else {
      row.load(signal, values);
    }
  }
};

// Where one thread's part of a slot's numbers is; number r of the thread is at r * kThreads. Only
// `place` is kept, from which addresses are computed where they are needed.
template <int N>
struct BlockAside {
  using Transform = BackwardTransform<N>;
  using Shape = BlockShape<N>;
  static constexpr int kR = Transform::kR;
  static constexpr int kThreads = Transform::kThreads;
  static constexpr int kOfSlot = Shape::kParked * kThreads;

  const BlockBackwardArguments &a;
  Complex *shared;
  int place;  // of (slices, hidden_count)
  int thread;

  // What was put aside before is read from there, and neither it nor its address is kept in
  // registers instead.
  __device__ __forceinline__ void look_anew() { SGCONV_ANEW(place); }

  __device__ __forceinline__ Complex *in_shared() const {
    return shared + Shape::kBackwardComplexes + slot_of_thread<N>() * kOfSlot + thread;
  }
  __device__ __forceinline__ Complex *in_memory() const {
    const int numbers =
        kThreads * (kR - Shape::kKept) - (a.storage != BlockStorage::kMemory ? kOfSlot : 0);
    return a.parked + static_cast<int64_t>(place) * numbers + thread;
  }
  // The first kParked numbers of the spectrum beyond those in registers ...
  __device__ __forceinline__ Complex *parked() const {
    return a.storage != BlockStorage::kMemory ? in_shared() : in_memory();
  }
  // ... and the rest.
  __device__ __forceinline__ Complex *rest() const {
    return a.storage != BlockStorage::kMemory ? in_memory() : in_memory() + kOfSlot;
  }
  // The array of sums in shared memory, which is that of the only head or of sums over heads.
  __device__ __forceinline__ bool has_array() const {
    return Shape::kSumsShared && a.storage == BlockStorage::kParkedAndSums;
  }
  __device__ __forceinline__ Complex *array() const {
    return shared + Shape::kBackwardComplexes + Shape::kRows * kOfSlot + slot_of_thread<N>() * N +
           thread;
  }
  __device__ __forceinline__ Complex *sum_in_memory(int head) const {
    return a.sums + (static_cast<int64_t>(place) * a.rows.heads + head) * N + thread;
  }
  __device__ __forceinline__ Complex *sum(int head) const {
    return has_array() && a.rows.heads == 1 ? array() : sum_in_memory(head);
  }
  __device__ __forceinline__ Complex *input_sum() const {
    return has_array() ? array() : a.input_sums + static_cast<int64_t>(place) * N + thread;
  }

  // Sums of the gate's gradient, real numbers, in the same place before that is taken.
  __device__ __forceinline__ float *gate_sum() const {
    return reinterpret_cast<float *>(input_sum() - thread) + thread;
  }

  // `before`: another launch has summed the first members of the slice.
  __device__ __forceinline__ void begin_sums(bool before) const {
#pragma unroll 1
    for (int head = 0; head < a.rows.heads; ++head) {
      const Complex *const from = sum_in_memory(head);
      Complex *const to = sum(head);
      if (from != to || !before) {
#pragma unroll 4
        for (int r = 0; r < kR; ++r) {
          to[r * kThreads] = before ? from[r * kThreads] : Complex{0.0f, 0.0f};
        }
      }
    }
  }
  __device__ __forceinline__ void end_sums() const {
    const Complex *const from = sum(0);
    Complex *const to = sum_in_memory(0);
    if (from != to) {
#pragma unroll 4
      for (int r = 0; r < kR; ++r) {
        to[r * kThreads] = from[r * kThreads];
      }
    }
  }
};

// The spectrum of one signal.
template <int N>
struct ParkedSpectrum {
  using Transform = BackwardTransform<N>;
  using Shape = BlockShape<N>;
  static constexpr int kR = Transform::kR;
  static constexpr int kThreads = Transform::kThreads;
  static constexpr int kKept = Shape::kKept;
  static constexpr int kEnd = kKept + Shape::kParked;

  const BlockAside<N> &aside;
  bool active;
  Complex kept[std::size_t{kKept > 0 ? kKept : 1}] = {};

  __device__ __forceinline__ ParkedSpectrum(const BlockAside<N> &memory, bool there)
      : aside(memory), active(there) {}

  __device__ __forceinline__ void put(const Complex (&x)[Transform::kCount]) {
#pragma unroll
    for (int r = 0; r < kKept; ++r) {
      kept[r] = x[r];
    }
    if (active) {
      put_from<kKept, kEnd>(aside.parked(), x);
      if constexpr (kEnd < kR) {
        put_from<kEnd, kR>(aside.rest(), x);
      }
    }
  }
  // Numbers First to End of the thread, of which kKept to kEnd lie together and the rest does.
  template <int First, int End>
  __device__ __forceinline__ void take(Complex (&x)[std::size_t{End - First}]) const {
#pragma unroll
    for (int r = First; r < End; ++r) {
      x[r - First] = r < kKept ? kept[r] : Complex{0.0f, 0.0f};
    }
    if (!active) {
      return;
    }
    constexpr int kFirst = First > kKept ? First : kKept;
    if constexpr (kFirst < End && kFirst < kEnd) {
      const Complex *const parked = aside.parked();
#pragma unroll
      for (int r = kFirst; r < (End < kEnd ? End : kEnd); ++r) {
        x[r - First] = parked[(r - kKept) * kThreads];
      }
    }
    if constexpr (End > kEnd) {
      const Complex *const rest = aside.rest();
#pragma unroll
      for (int r = First > kEnd ? First : kEnd; r < End; ++r) {
        x[r - First] = rest[(r - kEnd) * kThreads];
      }
    }
  }

  // sum += conj(x) * g: some numbers at a time, whose loads are under way together.
  template <int First = 0>
  __device__ __forceinline__ void add_product(Complex *sum,
                                              const Complex (&g)[Transform::kCount]) const {
    constexpr int kTogether = shapes::kTogether;
    static_assert(kR % kTogether == 0);
    Complex x[std::size_t{kTogether}], before[std::size_t{kTogether}];
    take<First, First + kTogether>(x);
#pragma unroll
    for (int i = 0; i < kTogether; ++i) {
      before[i] = sum[(First + i) * kThreads];
    }
#pragma unroll
    for (int i = 0; i < kTogether; ++i) {
      sum[(First + i) * kThreads] = before[i] + conjugate_times(x[i], g[First + i]);
    }
    if constexpr (First + kTogether < kR) {
      add_product<First + kTogether>(sum, g);
    }
  }

 private:
  template <int First, int End>
  static __device__ __forceinline__ void put_from(Complex *to,
                                                  const Complex (&x)[Transform::kCount]) {
#pragma unroll
    for (int r = First; r < End; ++r) {
      to[(r - First) * kThreads] = x[r];
    }
  }
};

}  // namespace sgconv::cuda
