// Rows of u and of dy, tile by tile together: neither the spectrum of u nor, for the batch's last
// row, that of dk is ever stored whole.
#ifndef SGCONV_CPU_PAIR_H
#define SGCONV_CPU_PAIR_H

#include "cpu/middle.h"

namespace sgconv::SGCONV_TIER {

// Of a tile of dy: conj(U) DY, added to `before` if there is one, goes to `after`; DY conj(K) is
// the result.
template <bool shared>
struct PairProducts {
  static constexpr bool kForward = true, kInverse = true;
  const Real *kernel;
  const Real *ahead;
  Tiles<const Real> signal;
  const Real *before;
  Tiles<Real> after;
  Next next;
  SGCONV_INLINE void operator()(C *x, std::int64_t tile, int four) const {
    const Real *k = whole(kernel).at(tile, four);
    next.prefetch(tile, four);
    prefetch_kernel<shared>(ahead, tile, four);
    add_correlation(signal.at(tile, four), x,
                    before == nullptr ? nullptr : whole(before).at(tile, four),
                    after.at(tile, four));
    each<0, 4>([&](auto q)
                   SGCONV_BODY { x[q] = conjugate_times(load_complex(k + 2 * W * q), x[q]); });
  }
};

// From the root's children of u and dy to those of du, in place of dy's, and of dk, in place of
// u's.
template <bool shared>
struct GradientPair {
  const Transform &t;
  Real *signal_work;    // u
  Real *gradient_work;  // dy
  const Real *kernel;
  const Real *ahead;   // spectrum to prefetch
  const Real *before;  // correlation so far, or null
  Real *after;         // where the correlation goes on, or null for dk
  Real *signal;        // keeps the spectrum of u, or null
  Next next_u, next_dy;
  Output du;

  SGCONV_INLINE void down(const Step &step, std::int64_t node, std::int64_t at) const {
    step_forward(step, node, signal_work + at);
    step_forward(step, node, gradient_work + at);
  }

  template <bool fused>
  SGCONV_INLINE void tile(const Step *step, std::int64_t index, std::int64_t at) const {
    du.tile(index);
    alignas(64) Real u[kTileReals], product[kTileReals];
    const Tiles<Real> spectrum = signal == nullptr ? single(u) : whole(signal);
    const Tiles<Real> correlation = after == nullptr ? single(product) : whole(after);
    SGCONV_TIER::tile<fused>(t, step, index, signal_work + at,
                             ToSpectrum{spectrum, Real{1}, false, next_u});
    SGCONV_TIER::tile<fused>(
        t, step, index, gradient_work + at,
        PairProducts<shared>{
            kernel, ahead, {spectrum.start, spectrum.stride}, before, correlation, next_dy});
    if (after == nullptr) {
      const Real scale = Real{1} / static_cast<Real>(t.size);
      SGCONV_TIER::tile<fused>(t, step, index, signal_work + at,
                               FromSpectrum{single<const Real>(product), scale});
    }
  }

  SGCONV_INLINE void up(const Step &step, std::int64_t node, std::int64_t at) const {
    step_inverse(step, node, gradient_work + at);
    if (after == nullptr) step_inverse(step, node, signal_work + at);
  }
};

}  // namespace sgconv::SGCONV_TIER

#endif
