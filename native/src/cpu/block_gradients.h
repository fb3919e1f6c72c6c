// Gradients of the convolution in blocks by transforms (blocks.h).
#ifndef SGCONV_CPU_BLOCK_GRADIENTS_H
#define SGCONV_CPU_BLOCK_GRADIENTS_H

#include "cpu/block_rows.h"
#include "cpu/gradients.h"

namespace sgconv::SGCONV_TIER {

// So many blocks' correlations are added up before the sum is added to that of all: a sum of
// thousands of terms that grow alike would be rounded to the size of the sum so far each time.
constexpr std::int64_t kAddedBlocks = 64;

// Spectra of dk of all heads of one h, over a part of the members.
struct BlockSlice {
  std::int64_t h, from, to;
  Real *sum;
};

SGCONV_INLINE BlockSlice block_slice(const Convolution &job, const Workspace &space,
                                     std::int64_t item) {
  const std::int64_t slice = item % job.slices, all = members(job);
  const std::int64_t reals = job.geometry.heads * job.transform->spectrum_reals;
  return {item / job.slices, all * slice / job.slices, all * (slice + 1) / job.slices,
          job.slices > 1 ? job.partial + item * reals : space.total};
}

// sum (+)= term, spectra of all heads.
inline void add_spectra(const Convolution &job, const Team &team, const Real *term, bool first,
                        Real *sum) {
  const std::int64_t vectors = job.geometry.heads * job.transform->spectrum_reals / W;
  const std::int64_t begin = vectors * team.index / team.count * W;
  const std::int64_t end = vectors * (team.index + 1) / team.count * W;
  wait(team);
  for (std::int64_t i = begin; i < end; i += W) {
    store(sum + i, first ? load(term + i) : load(sum + i) + load(term + i));
  }
  wait(team);
}

// Correlation spectra of all heads of h -> dk and dskip.
inline void store_block_correlations(const Convolution &job, const Workspace &space,
                                     const Team &team, std::int64_t h, const Real *sum) {
  const Transform &t = *job.transform;
  const RowPasses row{t, team, space.work};
  for (std::int64_t c = 0; c < job.geometry.heads; ++c) {
    row.run(FromSpectrum{whole(sum + c * t.spectrum_reals), real(1.0) / static_cast<Real>(t.size)});
    row.store(StoreGated{space.real, nullptr, nullptr, nullptr, job.span});
    wait(team);
    if (team.index == 0) unspan_gradient(job, c * job.geometry.hidden + h, space.real);
    wait(team);
  }
}

// Adds the slices of one h in a fixed order, then as above.
inline void finish_blocks(const Convolution &job, const Workspace &space, const Team &team,
                          std::int64_t first, std::int64_t last) {
  const std::int64_t reals = job.geometry.heads * job.transform->spectrum_reals;
  for (std::int64_t h = first; h < last; ++h) {
    Real *sum = job.partial + h * job.slices * reals;
    for (std::int64_t slice = 1; slice < job.slices; ++slice) {
      add_spectra(job, team, sum + slice * reals, false, sum);
    }
    store_block_correlations(job, space, team, h, sum);
  }
}

// The block of dpost: its output before the gate, times dy.
inline void store_block_post(const Convolution &job, const Workspace &space, const Team &team,
                             std::int64_t member, std::int64_t h, const Block &block,
                             const Next &next) {
  const Transform &t = *job.transform;
  const WindowPasses row = output_passes(job, team, space.work);
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const Place in = live_place(job, block);
  row.load_samples(input_pair(job, block));
  row.run(ToSpectrum{whole(space.signal), real(1.0), false, next});
  for (std::int64_t c = 0; c < heads; ++c) {
    store_post(job, row, space, job.spectrum + (c * hidden + h) * t.spectrum_reals, in,
               stored_samples(job, block),
               job.dy + output_start(job, member / job.blocks, c, h) + block.at, c == 0);
  }
}

// One member with one head and gradients of both input and kernel.
inline void backward_block_pair(const Convolution &job, const Workspace &space, const Team &team,
                                const Block &block, const Real *kernel, bool begin,
                                const Next &next_u, const Next &next_dy) {
  const Transform &t = *job.transform;
  const RowPasses u{t, team, space.work};
  const WindowPasses dy = gradient_passes(job, team, space.second);
  const Place in = live_place(job, block);
  u.load_samples(new_input_pair(job, block));
  dy.load_samples(gradient_pair(job, block, job.dy + block.row));
  u.walk(GradientPair<false>{t,
                             u.work,
                             dy.work,
                             kernel,
                             kernel,
                             begin ? nullptr : space.correlation,
                             space.correlation,
                             nullptr,
                             next_u,
                             next_dy,
                             {}});
  store_input(job, dy, in, stored_samples(job, block));
  wait(team);
}

// One member, any number of heads, gradients of input, kernel or both.
inline void backward_block_heads(const Convolution &job, const Workspace &space, const Team &team,
                                 std::int64_t member, std::int64_t h, const Block &block,
                                 bool correlate, bool input, bool begin, const Next &next) {
  const Transform &t = *job.transform;
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const WindowPasses row = gradient_passes(job, team, space.work);
  const Place in = live_place(job, block);
  if (correlate) {
    row.load_samples(new_input_pair(job, block));
    row.run(ToSpectrum{whole(space.signal), real(1.0), false, next});
    wait(team);
  }
  for (std::int64_t c = 0; c < heads; ++c) {
    const Real *kernel = job.spectrum + (c * hidden + h) * t.spectrum_reals;
    const Real *dy = job.dy + output_start(job, member / job.blocks, c, h);
    row.load_samples(gradient_pair(job, block, dy));
    if (heads == 1 && !correlate) {
      row.run(TimesKernel<true, false>{kernel, kernel, next});
    } else {
      row.run(GradientSums{kernel, kernel, space.signal,
                           correlate ? space.correlation + c * t.spectrum_reals : nullptr, begin,
                           input ? space.sum : nullptr, c == 0, next});
    }
    wait(team);
  }
  if (!input) return;
  if (heads > 1) row.run(FromSpectrum{whole<const Real>(space.sum), real(1.0)});
  store_input(job, row, in, stored_samples(job, block));
  wait(team);
}

inline void backward_blocks(const Convolution &job, const Workspace &space, const Team &team,
                            std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const bool correlate = job.dk != nullptr || job.dskip != nullptr;
  const bool input = job.du != nullptr || job.dpre != nullptr;
  for (std::int64_t item = first; item < last; ++item) {
    const BlockSlice slice = block_slice(job, space, item);
    const Real *kernel = job.spectrum + slice.h * t.spectrum_reals;
    for (std::int64_t m = slice.from; m < slice.to; ++m) {
      const std::int64_t number = m - slice.from;
      const bool begin = number % kAddedBlocks == 0;
      const Block block = block_of(job, m, slice.h), following = block_of(job, m + 1, slice.h);
      const std::int64_t ahead = following.row + following.at;
      const Next next_u = next_windows(job, space.work, job.u + ahead);
      if (job.geometry.heads == 1 && correlate && input) {
        backward_block_pair(job, space, team, block, kernel, begin, next_u,
                            next_windows(job, space.second, job.dy + ahead));
      } else if (correlate || input) {
        backward_block_heads(job, space, team, m, slice.h, block, correlate, input, begin, next_u);
      }
      if (job.dpost != nullptr) store_block_post(job, space, team, m, slice.h, block, next_u);
      if (correlate && (m + 1 == slice.to || (number + 1) % kAddedBlocks == 0)) {
        add_spectra(job, team, space.correlation, number < kAddedBlocks, slice.sum);
      }
    }
    if (correlate && job.slices == 1) {
      store_block_correlations(job, space, team, slice.h, slice.sum);
    }
  }
  if (job.stream) stream_fence();
}

}  // namespace sgconv::SGCONV_TIER

#endif
