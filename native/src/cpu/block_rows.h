// Convolution in blocks by transforms (blocks.h): prepare and forward.
#ifndef SGCONV_CPU_BLOCK_ROWS_H
#define SGCONV_CPU_BLOCK_ROWS_H

#include "cpu/windows.h"

namespace sgconv::SGCONV_TIER {

// Where a block of an output goes, and its gate, or null.
SGCONV_INLINE Row block_output(const Convolution &job, const Block &block, Real *row,
                               const Real *gate) {
  return {row + block.at, gate == nullptr ? nullptr : gate + block.row + block.at,
          live_samples(job, block), stored_samples(job, block)};
}

inline void prepare_blocks(const Convolution &job, const Workspace &space, const Team &team,
                           std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const RowPasses row{t, team, space.work};
  const Real scale = real(1.0) / static_cast<Real>(t.size);
  for (std::int64_t item = first; item < last; ++item) {
    if (team.index == 0) span_kernel(job, item, space.real);
    wait(team);
    row.load({space.real, nullptr, job.span});
    row.run(ToSpectrum{whole(job.prepared + item * t.spectrum_reals), scale, job.stream,
                       next_after(t, space.work, job.kernel + kernel_start(job, item + 1))});
    wait(team);
  }
  if (job.stream) stream_fence();
}

inline void forward_blocks(const Convolution &job, const Workspace &space, const Team &team,
                           std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const WindowPasses row = output_passes(job, team, space.work);
  const auto block_of_item = [&](std::int64_t item) {
    return block_of(job, item % members(job), item / members(job));
  };
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t h = item / members(job), m = item % members(job);
    const Block block = block_of_item(item), following = block_of_item(item + 1);
    const Next next = next_windows(job, space.work, job.u + following.row + following.at);
    if (heads == 1) {
      const Real *kernel = job.spectrum + h * t.spectrum_reals;
      const Row y = block_output(job, block, job.y + block.row, job.post);
      if (item == first) row.load_samples(input_pair(job, block), root_ahead(t, kernel));
      const Real *ahead = kernel_ahead(t, kernel, item == first || m == 0);
      if (root_asks(t)) {
        row.run(TimesKernel<false, true>{kernel, ahead, next});
      } else {
        row.run(TimesKernel<false, false>{kernel, ahead, next});
      }
      if (item + 1 < last) {
        const bool last_block = m + 1 == members(job);
        row.exchange(y, job.stream, input_pair(job, following),
                     last_block ? root_ahead(t, kernel + t.spectrum_reals) : nullptr);
      } else {
        row.store_row(y, job.stream);
      }
      continue;
    }
    row.load_samples(input_pair(job, block));
    row.run(ToSpectrum{whole(space.signal), real(1.0), false, next});
    for (std::int64_t c = 0; c < heads; ++c) {
      row.run(SignalTimesKernel{space.signal, job.spectrum + (c * hidden + h) * t.spectrum_reals});
      Real *y = job.y + output_start(job, m / job.blocks, c, h);
      row.store_row(block_output(job, block, y, job.post), job.stream);
      wait(team);
    }
  }
  if (job.stream) stream_fence();
}

}  // namespace sgconv::SGCONV_TIER

#endif
