// Rows of the one-block CUDA kernels: who works on which, and how they are read and written.
#pragma once

#include <type_traits>

#include "cuda/block/block.h"
#include "cuda/block/block_shape.h"
#include "cuda/device/samples.h"

namespace sgconv::cuda {

// Which of its block's rows a thread works on. (0 where there is one, so that the compiler sees
// that all threads of the block have the same, which needs no registers of theirs.)
template <int N>
__device__ __forceinline__ int slot_of_thread() {
  return BlockShape<N>::kRows == 1 ? 0
                                   : static_cast<int>(threadIdx.x) / BlockTransform<N>::kThreads;
}

// Of this thread's slot. Blocks hold what fits into 31 bits, and less than one block more.
template <int N>
__device__ __forceinline__ int item_of_slot() {
  return static_cast<int>(blockIdx.x * static_cast<unsigned>(BlockShape<N>::kRows)) +
         slot_of_thread<N>();
}

// Called by all threads of the block, once, before await_previous: roots are made while the launch
// before ends.
template <int N, class Transform = BlockTransform<N>>
__device__ __forceinline__ Transform transform_of_thread(Complex *shared) {
  auto *const roots =
      reinterpret_cast<Turned *>(shared + BlockShape<N>::kRows * Transform::kShared);
  Transform::make_roots(roots);
  __syncthreads();
  return {{{shared + slot_of_thread<N>() * Transform::kShared, roots,
            static_cast<int>(threadIdx.x) % Transform::kThreads}}};
}

// Those of one thread of a row, or none.
template <int N>
struct BlockRow : Samples<BlockTransform<N>::kR> {
  __device__ __forceinline__ BlockRow(int32_t type, bool active, const BlockRows &rows, int row,
                                      int thread)
      : Samples<BlockTransform<N>::kR>{type,
                                       BlockTransform<N>::kThreads,
                                       {active ? rows.samples - thread : 0},
                                       static_cast<int64_t>(row) * rows.length + thread} {}
};

// Those of one thread of a window, or none.
template <int N>
using WindowRow = Samples<BlockTransform<N>::kR, InWindow>;

// What is transformed, in the order of the batch: members of it ...
struct WholeMember {
  int batch;

  template <class Arguments>
  static __device__ __forceinline__ WholeMember at(const Arguments &, int turn) {
    return {turn};
  }
  template <class Arguments>
  __device__ __forceinline__ WholeMember next(const Arguments &) const {
    return {batch + 1};
  }
  template <class Arguments>
  __device__ __forceinline__ bool behind(const Arguments &a) const {
    return batch == a.rows.batch_count;
  }
};
// ... or their windows, given by the place of the first new sample.
struct MemberWindow {
  int batch, start;

  template <class Arguments>
  static __device__ __forceinline__ MemberWindow at(const Arguments &a, int turn) {
    const int index = turn + a.windows.first;
    const int batch = index / a.windows.count;
    return {batch, (index - batch * a.windows.count) * a.windows.step};
  }
  template <class Arguments>
  __device__ __forceinline__ MemberWindow next(const Arguments &a) const {
    const int after = start + a.windows.step;
    return after < a.rows.samples ? MemberWindow{batch, after} : MemberWindow{batch + 1, 0};
  }
  template <class Arguments>
  __device__ __forceinline__ bool behind(const Arguments &a) const {
    return batch == a.windows.members;
  }
};
template <class Arguments>
using Member = std::conditional_t<Arguments::kWindows, MemberWindow, WholeMember>;

// One thread's part of what is transformed, of one channel, in a pass with these arguments.
template <int N, class Arguments, class Transform = BlockTransform<N>>
struct BatchRow {
  const Arguments &a;
  const Transform &transform;
  bool active;
  Member<Arguments> member;
  int hidden;

  // What is the row's own: of a window the new samples.
  __device__ __forceinline__ auto input() const { return own(input_index()); }
  __device__ __forceinline__ auto output(int head) const { return own(output_index(head)); }
  // What its results depend on: of a window all samples.
  __device__ __forceinline__ auto input_around() const { return around(input_index()); }
  __device__ __forceinline__ auto output_around(int head) const {
    return around(output_index(head));
  }
  __device__ __forceinline__ const Complex *spectrum(int head) const {
    return a.spectrum + static_cast<int64_t>(head * a.rows.hidden + hidden) * N + transform.thread;
  }

 private:
  __device__ __forceinline__ int input_index() const {
    return member.batch * a.rows.hidden + hidden;
  }
  __device__ __forceinline__ int output_index(int head) const {
    return (member.batch * a.rows.heads + head) * a.rows.hidden + hidden;
  }
  __device__ __forceinline__ auto own(int row) const {
    if constexpr (Arguments::kWindows) {
      const int lead = a.windows.lead - transform.thread;
      const int left = a.rows.samples - member.start;
      return window(row, lead, lead + (left < a.windows.step ? left : a.windows.step), 0);
    } else {
      return BlockRow<N>{a.dtype, active, a.rows, row, transform.thread};
    }
  }
  __device__ __forceinline__ auto around(int row) const {
    if constexpr (Arguments::kWindows) {
      const int first = member.start - a.windows.lead;
      const int around = first < 0 ? a.windows.period : -a.windows.period;
      return window(row, -first - transform.thread, a.rows.samples - first - transform.thread,
                    around);
    } else {
      return own(row);
    }
  }
  __device__ __forceinline__ WindowRow<N> window(int row, int before, int left, int around) const {
    const int first = member.start - a.windows.lead + transform.thread;
    int from = before;
    int to = active ? left : before;
    // What has a sample is found out anew at every access, not kept in registers between them.
    SGCONV_ANEW(from);
    SGCONV_ANEW(to);
    return {a.dtype,
            Transform::kThreads,
            {from, to, active ? around : 0},
            static_cast<int64_t>(row) * a.rows.length + first};
  }
};

}  // namespace sgconv::cuda
