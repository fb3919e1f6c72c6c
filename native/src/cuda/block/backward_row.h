// What gradients by one block a row have in common: which rows a slot takes, and what is done with
// one.
#pragma once

#include "cuda/block/block_aside.h"

namespace sgconv::cuda {

// The part of a slice that a slot takes in this launch.
template <int N>
struct SliceOfSlot {
  bool some;
  int hidden;
  int place;       // of (slices, hidden_count)
  bool continued;  // another launch has had the first members of the slice
  int first, end;  // members, of those of the launch
  int stop;        // until where the block's threads go round together

  explicit __device__ __forceinline__ SliceOfSlot(const BlockBackwardArguments &a) {
    const int item = item_of_slot<N>();
    some = BlockShape<N>::kRows == 1 || item < a.items();
    hidden = some ? item / a.slice_count : 0;
    const int slice = a.slice_first + (some ? item % a.slice_count : 0);
    place = slice * a.hidden_count + hidden;
    const int begin = slice * a.width - a.batch_first;
    continued = begin < 0;
    first = begin > 0 ? begin : 0;
    const int after = begin + a.width;
    end = !some ? first : after < a.rows.batch_count ? after : a.rows.batch_count;
    const int most = a.width < a.rows.batch_count ? a.width : a.rows.batch_count;
    stop = BlockShape<N>::kRows == 1 ? end : first + most;
  }
  __device__ __forceinline__ bool active(int batch) const {
    return BlockShape<N>::kRows == 1 || batch < end;
  }
};

template <int N, class Arguments = BlockBackwardArguments>
struct BackwardRow : BatchRow<N, Arguments, BackwardTransform<N>> {
  using Base = BatchRow<N, Arguments, BackwardTransform<N>>;
  using Base::a;
  using Base::active;
  using Base::input;
  using Base::input_around;
  using Base::output;
  using Base::spectrum;
  using Base::transform;
  static constexpr std::size_t kCount = BackwardTransform<N>::kCount;
  static constexpr int kR = BackwardTransform<N>::kR;
  static constexpr int kThreads = BackwardTransform<N>::kThreads;

  // Before number r of those that the compiler would load all at once.
  static __device__ __forceinline__ void load_in_groups(int r) {
    if constexpr (!BlockShape<N>::kLoadsEarly) {
      static_assert(BlockShape<N>::kRows == 1);  // all threads come here
      if (r % shapes::kLoadGroup == 0) {
        SGCONV_LOAD_LATER();
      }
    }
  }
  // values = dy * conv(pre * u) for a head, by way of x.
  __device__ __forceinline__ void convolve(int head, const ParkedSpectrum<N> &parked,
                                           Complex (&x)[kCount], float (&values)[kCount]) const {
    const Complex *const k = spectrum(head);
    parked.template take<0, kR>(x);
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      load_in_groups(r);
      x[r] = x[r] * k[r * kThreads];
    }
    transform.inverse(x);
    output(head).load(a.dy, values);
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      values[r] *= x[r].re;
    }
  }
  // The spectrum of a head's gradient, given as `values`: its product with that of u goes to the
  // sum, if that is wanted.
  __device__ __forceinline__ void gradient(int head, const ParkedSpectrum<N> &parked,
                                           float (&values)[kCount], Complex (&g)[kCount]) const {
    input_around().gate(a.post, values);
    transform.forward(values, g);
    if (a.kernel && active) {
      parked.add_product(parked.aside.sum(head), g);
    }
  }
  // Times the conjugate of a head's spectrum.
  __device__ __forceinline__ void multiply(int head, Complex (&g)[kCount]) const {
    const Complex *const k = spectrum(head);
#pragma unroll
    for (int r = 0; r < kR; ++r) {
      g[r] = conjugate_times(k[r * kThreads], g[r]);
    }
  }
  // du and dpre from the gradient's spectrum.
  __device__ __forceinline__ void finish(Complex (&g)[kCount]) const {
    transform.inverse(g);
    float values[kCount];
    if (a.dpre != nullptr) {
      real_parts(g, values);
      input().gate(a.u, values);
      input().store(a.dpre, values);
    }
    if (a.du != nullptr) {
      real_parts(g, values);
      input().gate(a.pre, values);
      input().store(a.du, values);
    }
  }
};

}  // namespace sgconv::cuda
