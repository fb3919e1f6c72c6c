// One instruction set's code with errors in what it reads and between its passes: its own sources,
// with the walk below the root and the three jobs under other names.
#include <cstddef>
#include <utility>
#include <vector>

#include "cpu/pair.h"
#include "cpu/root.h"
#include "cpu/tier.h"
#include "mutation.h"

namespace sgconv::SGCONV_TIER {

// Two neighbours in the middle of a vector.
inline void swap_lanes(Real *vector) {
  std::swap(vector[W / 2 - 1], vector[W / 2]);
  std::swap(vector[W + W / 2 - 1], vector[W + W / 2]);
}

// The rows in work that a pass takes down from the root, and up to it.
template <class Middle, class Body>
void each_row_down(const OneRow<Middle> &pass, const Body &body) {
  if (Middle::kForward) body(pass.work);
}
template <class Middle, class Body>
void each_row_up(const OneRow<Middle> &pass, const Body &body) {
  if (Middle::kInverse) body(pass.work);
}
template <bool shared, class Body>
void each_row_down(const GradientPair<shared> &pass, const Body &body) {
  body(pass.signal_work);
  body(pass.gradient_work);
}
template <bool shared, class Body>
void each_row_up(const GradientPair<shared> &pass, const Body &body) {
  body(pass.gradient_work);
  if (pass.after == nullptr) body(pass.signal_work);
}

// Number `place` of the way from the first of `count` to the last.
inline std::int64_t at_place(double place, std::int64_t count) {
  return static_cast<std::int64_t>(place * static_cast<double>(count - 1));
}

// A pass with two elements of one block swapped before or after the leaf.
template <class Pass>
struct SwappedAtLeaf {
  const Pass &pass;
  const Transform &t;
  Mutation mutation;

  void down(const Step &step, std::int64_t node, std::int64_t at) const {
    pass.down(step, node, at);
  }
  void up(const Step &step, std::int64_t node, std::int64_t at) const { pass.up(step, node, at); }

  template <bool fused>
  void tile(const Step *step, std::int64_t index, std::int64_t at) const {
    const std::int64_t block = at_place(mutation.place, t.size / W);
    const bool here = mutation.level == Level::kLeaf && index == block / W;
    const auto swap = [&](Real *work) { swap_lanes(work + at + 2 * W * (block % W)); };
    if (here && mutation.forward) each_row_down(pass, swap);
    pass.template tile<fused>(step, index, at);
    if (here && mutation.inverse) each_row_up(pass, swap);
  }
};

template <class Pass>
void mutated_children(const Transform &t, std::int64_t first, std::int64_t last, const Pass &pass) {
  const Mutation mutation = mutation_in_use();
  if (mutation.fault != Fault::kSwap) {
    children(t, first, last, pass);
    return;
  }
  const std::int64_t child = at_place(mutation.place, t.steps[0].radix);
  const std::int64_t vector = at_place(mutation.place, t.steps[0].child / W);
  const bool here = mutation.level == Level::kRoot && child >= first && child < last;
  const auto swap = [&](Real *work) { swap_lanes(work + child * t.root_stride + 2 * W * vector); };
  if (here && mutation.forward) each_row_down(pass, swap);
  children(t, first, last, SwappedAtLeaf<Pass>{pass, t, mutation});
  if (here && mutation.inverse) each_row_up(pass, swap);
}

// A copy of rows with one element of each read as zero.
inline std::vector<Real> without(const Real *rows, std::int64_t count, std::int64_t length,
                                 std::int64_t element) {
  std::vector<Real> copy(rows, rows + count * length);
  for (std::int64_t row = 0; row < count; ++row) {
    copy[static_cast<std::size_t>(row * length + element)] = Real{0};
  }
  return copy;
}

inline void mutated_prepare(ConvolutionCode code, Convolution job, const Workspace &space,
                            const Team &team, std::int64_t first, std::int64_t last) {
  std::vector<Real> kernel;
  if (mutation_in_use().fault == Fault::kFirstLag) {
    const std::int64_t sides = job.geometry.mode == SGCONV_BIDIRECTIONAL ? 2 : 1;
    kernel = without(job.kernel, sides * job.geometry.heads * job.geometry.hidden,
                     job.geometry.length, 0);
    job.kernel = kernel.data();
  }
  code(job, space, team, first, last);
}

inline void mutated_run(ConvolutionCode code, Convolution job, const Workspace &space,
                        const Team &team, std::int64_t first, std::int64_t last) {
  std::vector<Real> u;
  if (mutation_in_use().fault == Fault::kLastSample) {
    u = without(job.u, job.batch * job.geometry.hidden, job.geometry.length,
                job.geometry.length - 1);
    job.u = u.data();
  }
  code(job, space, team, first, last);
}

}  // namespace sgconv::SGCONV_TIER

#define children mutated_children
#include "cpu/gradients.h"
#undef children

namespace sgconv::SGCONV_TIER {

inline void mutated_prepare_rows(const Convolution &job, const Workspace &space, const Team &team,
                                 std::int64_t first, std::int64_t last) {
  mutated_prepare(prepare_rows, job, space, team, first, last);
}
inline void mutated_forward_rows(const Convolution &job, const Workspace &space, const Team &team,
                                 std::int64_t first, std::int64_t last) {
  mutated_run(forward_rows, job, space, team, first, last);
}
inline void mutated_backward_rows(const Convolution &job, const Workspace &space, const Team &team,
                                  std::int64_t first, std::int64_t last) {
  mutated_run(backward_rows, job, space, team, first, last);
}

}  // namespace sgconv::SGCONV_TIER

#define prepare_rows mutated_prepare_rows
#define forward_rows mutated_forward_rows
#define backward_rows mutated_backward_rows
#include "cpu/tier.cpp"
