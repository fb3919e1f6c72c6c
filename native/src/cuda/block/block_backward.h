// Gradients of one head's rows, or of windows of them, by one block each. A slot goes through one
// slice of the batch in order, for one h: du and the gates' gradients are written, conj(U) * DY is
// summed where nobody else does. `block_kernel_gradient` adds the slices' sums in a fixed order and
// brings them back to time. So nothing depends on which block comes first, nor on how the caller
// cuts the rows.
//
// Samples are on their way while others are transformed: dy from before U is put aside, the next u
// before the gradient is transformed back.
#pragma once

#include "cuda/block/backward_row.h"

namespace sgconv::cuda {

// dpost = dy * conv(pre * u), from the spectrum that is put aside. Of a window that is not all:
// there block_forward makes dpost.
template <int N>
__device__ __forceinline__ void gate_gradient(const BackwardRow<N> &row,
                                              const ParkedSpectrum<N> &parked) {
  Complex x[BackwardTransform<N>::kCount];
  float values[BackwardTransform<N>::kCount];
  row.convolve(0, parked, x, values);
  row.input().store(row.a.dpost, values);
}

template <int N, class Arguments>
__device__ __forceinline__ void block_backward_body(const Arguments &a) {
  using Transform = BackwardTransform<N>;
  using Row = BackwardRow<N, Arguments>;
  SGCONV_DYNAMIC_SHARED(Complex, shared);
  Transform transform = transform_of_thread<N, Transform>(shared);
  await_previous();
  const SliceOfSlot<N> slice(a);
  if (a.kernel && slice.some) {
    BlockAside<N>{a, shared, slice.place, transform.thread}.begin_sums(slice.continued);
  }
  const bool wants_spectrum = a.kernel || (!Arguments::kWindows && a.dpost != nullptr);
  const bool wants_input = a.du != nullptr || a.dpre != nullptr;
  const bool wants_gradient = a.kernel || wants_input;
  EarlySamples<N> next;
  auto member = Member<Arguments>::at(a, slice.first);
  {
    const Row row{{a, transform, slice.first < slice.end, member, slice.hidden}};
    next.load(wants_spectrum ? row.input() : row.output_around(0), wants_spectrum ? a.u : a.dy);
  }
#pragma unroll 1
  for (int turn = slice.first; turn < slice.stop; ++turn, member = member.next(a)) {
    SGCONV_ANEW(transform.thread);
    const Row row{{a, transform, slice.active(turn), member, slice.hidden}};
    const Row following{{a, transform, turn + 1 < slice.end, member.next(a), slice.hidden}};
    BlockAside<N> aside{a, shared, slice.place, transform.thread};
    aside.look_anew();
    ParkedSpectrum<N> parked(aside, row.active);
    if (wants_spectrum) {
      float values[Transform::kCount];
      next.take(row.input(), a.u, values);
      row.input().gate(a.pre, values);
      Complex u[Transform::kCount];
      transform.forward(values, u);
      next.load(wants_gradient ? row.output_around(0) : following.input(),
                wants_gradient ? a.dy : a.u);
      parked.put(u);
      if constexpr (!Arguments::kWindows) {
        if (a.dpost != nullptr) {
          gate_gradient(row, parked);
        }
      }
    }
    if (!wants_gradient) {
      continue;
    }
    transform.turn_round();
    Complex g[Transform::kCount];
    {
      float values[Transform::kCount];
      next.take(row.output_around(0), a.dy, values);
      row.gradient(0, parked, values, g);
    }
    if (wants_input) {
      row.multiply(0, g);
    }
    next.load(wants_spectrum ? following.input() : following.output_around(0),
              wants_spectrum ? a.u : a.dy);
    if (wants_input) {
      row.finish(g);
    } else {
      transform.turn_round();
    }
  }
  if (a.kernel && slice.some) {
    BlockAside<N>{a, shared, slice.place, transform.thread}.end_sums();
  }
}

template <int N>
__global__ void __launch_bounds__(BlockShape<N>::kThreads, BlockShape<N>::kBackwardResident)
    block_backward(const BlockBackwardArguments a) {
  run_rows<N, block_backward_body<N, BlockBackwardArguments>>(a);
}

}  // namespace sgconv::cuda
