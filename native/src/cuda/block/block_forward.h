// Convolution of rows, or of windows of them, by one block each: u is read and transformed once for
// all heads, y written once. Skip and 1/N are folded into the spectrum, gates into load and store.
//
// Blocks stay: each takes a range of rows in the order (h, b), so that a channel's spectrum comes
// from the caches for all members of the batch, and roots are copied once. The next row's u is on
// its way while this one is multiplied and transformed back.
#pragma once

#include "cuda/block/block_rows.h"

namespace sgconv::cuda {

// The spectrum of u while heads take their turns: a thread's own numbers, so no barrier is needed.
template <int N>
struct ParkedInput {
  using Transform = BlockTransform<N>;
  static constexpr int kR = Transform::kR;
  static constexpr int kThreads = Transform::kThreads;

  Complex *memory, *shared;  // `memory` may be nullptr where shared memory has room
  int thread;

  __device__ __forceinline__ Complex *numbers() const {
    return (BlockShape<N>::kParksInput && memory == nullptr
                ? shared + BlockShape<N>::kComplexes + slot_of_thread<N>() * N
                : memory + static_cast<int64_t>(item_of_slot<N>()) * N) +
           thread;
  }
  __device__ __forceinline__ void put(const Complex (&x)[Transform::kCount]) const {
    Complex *const to = numbers();
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      to[r * kThreads] = x[r];
    }
  }
  __device__ __forceinline__ void take(Complex (&x)[Transform::kCount]) const {
    const Complex *const from = numbers();
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      x[r] = from[r * kThreads];
    }
  }
};

template <int N, class Arguments>
struct ForwardRow : BatchRow<N, Arguments> {
  static constexpr std::size_t kCount = BlockTransform<N>::kCount;

  // By the spectrum of a head.
  __device__ __forceinline__ void multiply(int head, Complex (&x)[kCount]) const {
    const Complex *const k = this->spectrum(head);
#pragma unroll
    for (int r = 0; r < BlockTransform<N>::kR; ++r) {
      x[r] = x[r] * k[r * BlockTransform<N>::kThreads];
    }
  }
  // y of a head, from the spectrum of u times that of the head.
  __device__ __forceinline__ void finish(int head, Complex (&x)[kCount]) const {
    this->transform.inverse(x);
    float values[kCount];
    real_parts(x, values);
    this->input().gate(this->a.post, values);
    this->output(head).store(this->a.y, values);
  }
};

template <int N, class Arguments>
__device__ __forceinline__ void block_forward_body(const Arguments &a) {
  using Transform = BlockTransform<N>;
  using Row = ForwardRow<N, Arguments>;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  const Transform transform = transform_of_thread<N>(shared);
  await_previous();
  const BlockRows &rows = a.rows;
  const int slot = item_of_slot<N>();
  const int first = slot * a.turns + (slot < a.more ? slot : a.more);
  int hidden = first / rows.batch_count;
  auto member = Member<Arguments>::at(a, first - hidden * rows.batch_count);
  // Threads of one block go round together, as often as its first slot has rows; what another has
  // less is missing at the end.
  const int turns = a.turns + (slot - slot_of_thread<N>() < a.more ? 1 : 0);
  const bool all = BlockShape<N>::kRows == 1 || turns == a.turns + (slot < a.more ? 1 : 0);

  uint32_t next[Transform::kCount];
  Row{{a, transform, turns > 1 || (turns == 1 && all), member, hidden}}.input_around().load_bits(
      a.u, next);
#pragma unroll 1
  for (int left = turns; left > 0; --left) {
    const bool active = left > 1 || all;
    const Row row{{a, transform, active, member, active ? hidden : 0}};
    Complex x[Transform::kCount];
    {
      float values[Transform::kCount];
      row.input_around().convert(next, values);
      row.input_around().gate(a.pre, values);
      transform.forward(values, x);
    }
    constexpr bool kEarly = !Arguments::kWindows || BlockShape<N>::kLoadsWindowsEarly;
    if constexpr (!kEarly) {
      row.multiply(0, x);
      row.finish(0, x);
    }
    member = member.next(a);
    if (member.behind(a)) {
      member = {};
      ++hidden;
    }
    const Row following{{a, transform, left > 2 || (left == 2 && all), member, hidden}};
    // Heads apart, though it is the same once more: then the next row's u would have to lie in
    // registers beside what heads leave there.
    if constexpr (!kEarly) {
      following.input_around().load_bits(a.u, next);
    } else if (Arguments::kWindows || rows.heads == 1) {
      row.multiply(0, x);
      following.input_around().load_bits(a.u, next);
      row.finish(0, x);
    } else {
      const ParkedInput<N> parked{a.parked, shared, transform.thread};
      parked.put(x);
#pragma unroll 1
      for (int head = 0; head < rows.heads; ++head) {
        if (head > 0) {
          transform.turn_round();
        }
        Complex product[Transform::kCount];
        parked.take(product);
        row.multiply(head, product);
        row.finish(head, product);
      }
      following.input_around().load_bits(a.u, next);
    }
  }
}

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kForwardResident)
    block_forward(const BlockForwardArguments a) {
  run_rows<N, block_forward_body<N, BlockForwardArguments>>(a);
}

}  // namespace sgconv::cuda
