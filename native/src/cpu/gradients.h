// Gradients of the convolution of whole rows by transforms.
#ifndef SGCONV_CPU_GRADIENTS_H
#define SGCONV_CPU_GRADIENTS_H

#include "cpu/pair.h"
#include "cpu/rows.h"

namespace sgconv::SGCONV_TIER {

// Lag l >= 0 of the correlation is its real part at l; lag l < 0 is minus the imaginary part at
// N + l.
inline void two_sided_correlation(const Convolution &job, std::int64_t item, const Real *re,
                                  const Real *im) {
  const std::int64_t size = job.transform->size, lags = live_lags(job);
  Real *dk = job.dk + kernel_start(job, item) + zero_lag(job);
  if (job.geometry.mode == SGCONV_CIRCULAR) {
    const Real *period = im + (size - job.geometry.length);
    dk[0] = re[0];
    for (std::int64_t j = 1; j < lags; ++j) dk[j] = re[j] - period[j];
  } else {
    const Behind behind = behind_zero(job);
    Real *back = dk + behind.first;
    for (std::int64_t j = 0; j < lags; ++j) dk[j] = re[j];
    for (std::int64_t j = 0; j < behind.live; ++j) back[j * behind.step] = -im[size - 1 - j];
    clear(dk, lags, job.geometry.kernel_length - zero_lag(job));
    for (std::int64_t j = behind.live; j < behind.count; ++j) back[j * behind.step] = Real{0};
  }
}

// The row of dk that a causal correlation goes to, zeros where the kernel was cut.
SGCONV_INLINE Row kernel_row(const Convolution &job, std::int64_t item) {
  return {job.dk + kernel_start(job, item), nullptr, live_lags(job), job.geometry.kernel_length};
}

// What the children of the root became in `row`'s work -> dk and dskip.
inline void store_correlation(const Convolution &job, const Workspace &space, const RowPasses &row,
                              std::int64_t item) {
  const Transform &t = row.t;
  const Team &team = row.team;
  if (job.geometry.mode == SGCONV_CAUSAL) {
    // dD is lag 0; where dk is not wanted, its row goes to scratch memory.
    const Row dk =
        job.dk == nullptr ? Row{space.real, nullptr, t.length, t.length} : kernel_row(job, item);
    row.store_row(dk, job.stream && job.dk != nullptr);
    wait(team);
    if (job.dskip != nullptr && team.index == 0) job.dskip[item] = dk.samples[0];
    return;
  }
  row.store(StoreComplex{space.real, space.imaginary});
  wait(team);
  if (team.index == 0) {
    if (job.dk != nullptr) two_sided_correlation(job, item, space.real, space.imaginary);
    if (job.dskip != nullptr) job.dskip[item] = space.real[0];
  }
  wait(team);
}

// Correlation spectrum of head c -> dk and dskip.
inline void invert_correlation(const Convolution &job, const Workspace &space, const Team &team,
                               std::int64_t item, const Real *correlation) {
  const RowPasses row{*job.transform, team, space.work};
  row.run(FromSpectrum{whole(correlation), Real{1} / static_cast<Real>(row.t.size)});
  store_correlation(job, space, row, item);
}

// Adds the slices of one h in a fixed order, then as above.
inline void finish_rows(const Convolution &job, const Workspace &space, const Team &team,
                        std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const std::int64_t heads = job.geometry.heads, row_reals = heads * t.spectrum_reals;
  for (std::int64_t h = first; h < last; ++h) {
    Real *sum = job.partial + h * job.slices * row_reals;
    for (std::int64_t slice = 1; slice < job.slices; ++slice) {
      const Real *term = sum + slice * row_reals;
      for (std::int64_t i = 0; i < row_reals; i += W)
        store(sum + i, load(sum + i) + load(term + i));
    }
    for (std::int64_t c = 0; c < heads; ++c) {
      invert_correlation(job, space, team, c * job.geometry.hidden + h, sum + c * t.spectrum_reals);
    }
  }
  if (job.stream) stream_fence();
}

// A part of the batch of one h, whose gradients the calls below compute.
struct Slice {
  std::int64_t h, from, to;
  Real *correlation;  // spectra of dk, all heads
};

SGCONV_INLINE Slice slice_at(const Convolution &job, const Workspace &space, std::int64_t item) {
  const std::int64_t slice = item % job.slices;
  return {item / job.slices, job.batch * slice / job.slices, job.batch * (slice + 1) / job.slices,
          job.slices > 1 ? job.partial + item * job.geometry.heads * job.transform->spectrum_reals
                         : space.correlation};
}

// The samples of du, not null, that belong to `in`, and zeros up to `end`.
SGCONV_INLINE Row gradient_of_input(const Convolution &job, const Place &in, std::int64_t end) {
  return {job.du + in.start, row_at(job.pre, in), in.length, end};
}

// du and dpre of a row or a block, from work.
template <class Passes>
void store_input(const Convolution &job, const Passes &row, const Place &in, std::int64_t end) {
  if (job.dpre == nullptr) {
    row.store_row(gradient_of_input(job, in, end), job.stream);
    return;
  }
  Real *du = row_at(job.du, in), *dpre = job.dpre + in.start;
  row.store(StoreGated{du, job.pre + in.start, dpre, job.u + in.start, in.length});
  if (du != nullptr) row.clear_tail(du, in.length, end);
  row.clear_tail(dpre, in.length, end);
}

template <class Passes>
void store_post(const Convolution &job, const Passes &row, const Workspace &space,
                const Real *kernel, const Place &in, std::int64_t end, const Real *dy, bool first) {
  Real *dpost = job.dpost + in.start;
  row.run(SignalTimesKernel{space.signal, kernel});
  row.store(StoreProduct{dpost, dy, first, in.length});
  if (first) row.clear_tail(dpost, in.length, end);
  wait(row.team);
}

// The output gradient of a row of head c = 0, and its gate.
SGCONV_INLINE ConstRow gradient_row(const Convolution &job, const Place &in) {
  return {job.dy + in.start, row_at(job.post, in), in.length};
}

// Ends the row of du in `dy`'s work and, unless it was the last, begins that of dy at `following`.
inline void finish_input(const Convolution &job, const Workspace &space, const RowPasses &dy,
                         const Real *kernel, const Place &in, const Place &following, bool more,
                         const Real *ahead) {
  const bool alone = job.dpre == nullptr && job.dpost == nullptr;
  if (alone && more) {
    dy.exchange(gradient_of_input(job, in, dy.t.length), job.stream, gradient_row(job, following),
                ahead);
    return;
  }
  store_input(job, dy, in, dy.t.length);
  wait(dy.team);
  if (job.dpost != nullptr)
    store_post(job, dy, space, kernel, in, dy.t.length, job.dy + in.start, true);
  if (more) dy.load(gradient_row(job, following), ahead);
}

// Ends the row of dk in `u`'s work if there is one and, unless it was the last, begins that of u at
// `following`.
inline void finish_kernel(const Convolution &job, const Workspace &space, const RowPasses &u,
                          bool invert, std::int64_t h, const Place &following, bool more) {
  if (invert && more && job.geometry.mode == SGCONV_CAUSAL && job.dk != nullptr) {
    const Row dk = kernel_row(job, h);
    u.exchange(dk, job.stream, input_row(job, following));
    if (job.dskip != nullptr && u.team.index == 0) job.dskip[h] = dk.samples[0];
    return;
  }
  if (invert) store_correlation(job, space, u, h);
  if (more) u.load(input_row(job, following));
}

// Items first .. last - 1 with one head and gradients of both input and kernel.
inline void backward_pairs(const Convolution &job, const Workspace &space, const Team &team,
                           std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const RowPasses u{t, team, space.work}, dy{t, team, space.second};
  for (std::int64_t item = first; item < last; ++item) {
    const Slice slice = slice_at(job, space, item), next_slice = slice_at(job, space, item + 1);
    const Real *kernel = job.spectrum + slice.h * t.spectrum_reals;
    for (std::int64_t b = slice.from; b < slice.to; ++b) {
      const bool begin = b == slice.from, end = b + 1 == slice.to;
      const bool invert = end && job.slices == 1, more = !end || item + 1 < last;
      const Place in = place_of(job, b, slice.h);
      const Place following =
          end ? place_of(job, next_slice.from, next_slice.h) : place_of(job, b + 1, slice.h);
      if (begin && item == first) {
        u.load(input_row(job, in));
        dy.load(gradient_row(job, in), root_ahead(t, kernel));
      }
      const auto walk = [&](auto shared) {
        u.walk(GradientPair<shared != 0>{t, u.work, dy.work, kernel, kernel_ahead(t, kernel, begin),
                                         begin ? nullptr : slice.correlation,
                                         invert ? nullptr : slice.correlation,
                                         job.dpost == nullptr ? nullptr : space.signal,
                                         next_after(t, u.work, job.u + following.start),
                                         next_after(t, dy.work, job.dy + following.start),
                                         dy.output(row_at(job.du, in), job.stream)});
      };
      if (root_asks(t)) {
        walk(Index<1>{});
      } else {
        walk(Index<0>{});
      }
      finish_input(job, space, dy, kernel, in, following, more,
                   end ? root_ahead(t, kernel + t.spectrum_reals) : nullptr);
      finish_kernel(job, space, u, invert, slice.h, following, more);
    }
  }
}

// Any number of heads, any of the gradients.
inline void backward_heads(const Convolution &job, const Workspace &space, const Team &team,
                           const Slice &slice) {
  const Transform &t = *job.transform;
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const bool correlate = job.dk != nullptr || job.dskip != nullptr;
  const bool input = job.du != nullptr || job.dpre != nullptr;
  const RowPasses row{t, team, space.work};
  for (std::int64_t b = slice.from; b < slice.to; ++b) {
    const Place in = place_of(job, b, slice.h);
    const Real *post = row_at(job.post, in);
    if (correlate || job.dpost != nullptr) {
      row.load(input_row(job, in));
      row.run(ToSpectrum{whole(space.signal), Real{1}, false,
                         next_after(t, space.work, job.dy + output_start(job, b, 0, slice.h))});
      wait(team);
    }
    for (std::int64_t c = 0; c < heads; ++c) {
      const Real *kernel = job.spectrum + (c * hidden + slice.h) * t.spectrum_reals;
      const Real *dy = job.dy + output_start(job, b, c, slice.h);
      const Real *ahead = kernel_ahead(t, kernel, b == slice.from);
      const Real *following = c + 1 < heads ? dy + hidden * t.length
                              : b + 1 < slice.to
                                  ? job.u + in.start + hidden * t.length
                                  : job.u + (slice.from * hidden + slice.h + 1) * t.length;
      const Next next = next_after(t, space.work, following);
      if (correlate || input) row.load({dy, post, in.length});
      if (input && heads == 1) {
        row.run(TimesKernel<true, false>{kernel, ahead, next});
        store_input(job, row, in, t.length);
      } else if (correlate || input) {
        row.run(GradientSums{kernel, ahead, space.signal,
                             correlate ? slice.correlation + c * t.spectrum_reals : nullptr,
                             b == slice.from, input ? space.sum : nullptr, c == 0, next});
      }
      wait(team);
      if (job.dpost != nullptr) store_post(job, row, space, kernel, in, t.length, dy, c == 0);
    }
    if (input && heads > 1) {
      row.run(FromSpectrum{whole<const Real>(space.sum), Real{1}});
      store_input(job, row, in, t.length);
      wait(team);
    }
  }
  for (std::int64_t c = 0; correlate && job.slices == 1 && c < heads; ++c) {
    invert_correlation(job, space, team, c * hidden + slice.h,
                       slice.correlation + c * t.spectrum_reals);
  }
}

inline void backward_rows(const Convolution &job, const Workspace &space, const Team &team,
                          std::int64_t first, std::int64_t last) {
  const bool correlate = job.dk != nullptr || job.dskip != nullptr;
  const bool input = job.du != nullptr || job.dpre != nullptr;
  if (job.geometry.heads == 1 && correlate && input) {
    backward_pairs(job, space, team, first, last);
  } else {
    for (std::int64_t item = first; item < last; ++item) {
      backward_heads(job, space, team, slice_at(job, space, item));
    }
  }
  if (job.stream) stream_fence();
}

}  // namespace sgconv::SGCONV_TIER

#endif
