// Read before a CUDA source of the emulated device: its block transforms have the error that
// SGCONV_MUTATION names, in their roots or in one exchange.
#pragma once

#include <cmath>
#include <utility>

#include "cuda/transform/block_transform.h"
#include "mutations/mutation.h"

namespace sgconv::cuda {

template <int N, Exchange Way = Exchange::kNear>
struct MutatedTransform : BlockTransform<N, Way> {
  using Base = BlockTransform<N, Way>;
  using Shape = typename Base::Shape;

  static void make_roots(Turned *roots) {
    Base::make_roots(roots);
    __syncthreads();
    if (threadIdx.x == 0) change(roots);
  }

  void forward(Complex (&x)[Base::kCount]) const {
    Base::forward(x);
    swap(x, true);
  }
  void forward(const float (&values)[Base::kCount], Complex (&x)[Base::kCount]) const {
    Base::forward(values, x);
    swap(x, true);
  }
  void inverse(Complex (&x)[Base::kCount]) const {
    swap(x, false);
    Base::inverse(x);
  }
  void cyclic_forward(Complex (&x)[Base::kCount]) const {
    Base::cyclic_forward(x);
    swap(x, true);
  }
  void cyclic_inverse(Complex (&x)[Base::kCount]) const {
    swap(x, false);
    Base::cyclic_inverse(x);
  }

 private:
  // A root is cosine * (1 + i * tangent).
  static void change(Turned *roots) {
    const Mutation mutation = mutation_in_use();
    const double step = 2.0 * 3.14159265358979323846 / N;
    if (mutation.fault == Fault::kNegate || mutation.fault == Fault::kConjugate) {
      // Of the pass at the top or of those below, if there are any that have roots.
      const bool top = mutation.level == Level::kRoot || Shape::kBelow == Shape::kBack;
      const int first = top ? 0 : Shape::kBelow;
      const int count = (top ? Shape::kBelow : Shape::kBack) - first;
      int at = static_cast<int>(mutation.place * (count - 1));
      while (std::abs(roots[first + at].cosine * roots[first + at].tangent) < 0.5f) {
        at = (at + 1) % count;
      }
      Turned &root = roots[first + at];
      if (mutation.fault == Fault::kNegate) root.cosine = -root.cosine;
      if (mutation.fault == Fault::kConjugate) root.tangent = -root.tangent;
    }
    for (int i = 0; i < Base::kRoots; ++i) {
      const bool twist = i >= Shape::kTwist;
      if (mutation.fault == Fault::kTwist && twist) turn(roots[i], step / 4.0);
      if (mutation.fault == Fault::kOddRoots && i < Shape::kBack && i % 2 == 1)
        turn(roots[i], step);
      if (mutation.fault == Fault::kRootNoise) {
        roots[i].cosine += 1e-5f * std::sin(static_cast<float>(i * i));
        roots[i].tangent += 1e-5f * std::cos(static_cast<float>(i * i));
      }
    }
  }

  static void turn(Turned &root, double angle) {
    const double re = root.cosine;
    const double im = re * static_cast<double>(root.tangent);
    const double turned = re * std::cos(angle) - im * std::sin(angle);
    root = {static_cast<float>(turned),
            static_cast<float>((re * std::sin(angle) + im * std::cos(angle)) / turned)};
  }

  // Two numbers of one thread between the transform and the product.
  void swap(Complex (&x)[Base::kCount], bool forward) const {
    const Mutation mutation = mutation_in_use();
    if (mutation.fault == Fault::kSwap && (forward ? mutation.forward : mutation.inverse) &&
        this->thread == Base::kThreads / 2) {
      std::swap(x[0], x[1]);
    }
  }
};

}  // namespace sgconv::cuda

#define BlockTransform MutatedTransform
