// Convolution of whole rows by transforms: prepare and forward.
#ifndef SGCONV_CPU_ROWS_H
#define SGCONV_CPU_ROWS_H

#include "cpu/middle.h"
#include "cpu/operands.h"
#include "cpu/root.h"

namespace sgconv::SGCONV_TIER {

struct Range {
  std::int64_t first, last;
};

// A team member's share of the root's columns and of its children.
SGCONV_INLINE Range columns_of(const Transform &t, const Team &team) {
  const std::int64_t vectors = t.steps[0].child / W;
  return {vectors * team.index / team.count * W, vectors * (team.index + 1) / team.count * W};
}

SGCONV_INLINE Range children_of(const Transform &t, const Team &team) {
  const std::int64_t radix = t.steps[0].radix;
  return {radix * team.index / team.count, radix * (team.index + 1) / team.count};
}

SGCONV_INLINE void wait(const Team &team) {
  if (team.count > 1) team.wait(team.state);
}

SGCONV_OUTLINE inline void clear_share(const Team &team, Real *samples, std::int64_t count) {
  clear(samples, count * team.index / team.count, count * (team.index + 1) / team.count);
}

// A row of real samples, what they are multiplied with, or null, and how many there are.
struct ConstRow {
  const Real *samples;
  const Real *gate;
  std::int64_t length;
};

// The same for a row that is written, up to `end` with zeros.
struct Row {
  Real *samples;
  const Real *gate;
  std::int64_t length;
  std::int64_t end;
};

// All of one row's steps between real samples and work, as a team member.
struct RowPasses {
  const Transform &t;
  const Team &team;
  Real *work;

  template <class SomeRow>
  bool whole_row(const SomeRow &row) const {
    return row.gate == nullptr && row.length == t.size;
  }

  // Meanwhile asks for a part of the spectrum at `ahead`, if that is not null.
  void load(const ConstRow &row, const Real *ahead = nullptr) const {
    const Range columns = columns_of(t, team);
    if (whole_row(row)) {
      root_forward(t, columns.first, columns.last, WholeRow{row.samples}, work, ahead);
    } else {
      root_forward(t, columns.first, columns.last, GatedRow{row.samples, row.gate, row.length},
                   work, ahead);
    }
    wait(team);
  }

  // The same for complex samples.
  template <class Samples>
  void load_samples(const Samples &samples, const Real *ahead = nullptr) const {
    const Range columns = columns_of(t, team);
    root_forward(t, columns.first, columns.last, samples, work, ahead);
    wait(team);
  }

  // Adds to the first sample of a loaded row: the root passes it to each of its children as it is.
  // So D becomes a part of k[0]. Added to a spectrum, which is as large as all of k, it would be
  // rounded alike in every number of it, and these errors meet again in one sample.
  void add_first(Real value) const {
    const Range range = children_of(t, team);
    for (std::int64_t p = range.first; p < range.last; ++p) work[p * t.root_stride] += value;
  }

  // What tiles may ask for if the results will go to `row`.
  Output output(const Real *row, bool streamed) const {
    const bool fetched = !streamed && t.length == t.size && !exceeds_cache(t);
    return {fetched ? row : nullptr};
  }

  template <class Middle>
  void run(Middle middle, Output output = {}) const {
    walk(OneRow<Middle>{t, work, middle, output});
  }

  template <class Pass>
  void walk(const Pass &pass) const {
    const Range range = children_of(t, team);
    children(t, range.first, range.last, pass);
  }

  template <class Store>
  void store(const Store &samples) const {
    wait(team);
    const Range columns = columns_of(t, team);
    root_inverse(t, columns.first, columns.last, work, samples);
  }

  // Zeros from the end of a row's samples on, a share of them. Apart from the callers' loops.
  void clear_tail(Real *samples, std::int64_t length, std::int64_t end) const {
    if (length != end) [[unlikely]]
      clear_share(team, samples + length, end - length);
  }

  // Calls body with what stores a row of at most `most` samples.
  template <class Body>
  static void with_store(const Row &row, std::int64_t most, bool streamed, const Body &body) {
    const bool aligned = reinterpret_cast<std::uintptr_t>(row.samples) % (kRealBytes * W) == 0;
    if (row.gate != nullptr || row.length != most) {
      body(StoreGated{row.samples, row.gate, nullptr, nullptr, row.length});
    } else if (streamed && aligned) {
      body(StreamWhole{row.samples});
    } else {
      body(StoreWhole{row.samples});
    }
  }

  void store_row(const Row &row, bool streamed) const {
    with_store(row, t.size, streamed, [&](const auto &samples) { store(samples); });
    clear_tail(row.samples, row.length, row.end);
  }

  // store_row and the next row's load.
  void exchange(const Row &row, bool streamed, const ConstRow &next,
                const Real *ahead = nullptr) const {
    if (!whole_row(row) || !whole_row(next)) {
      exchange_columns(StoreGated{row.samples, row.gate, nullptr, nullptr, row.length},
                       GatedRow{next.samples, next.gate, next.length}, ahead);
    } else {
      with_store(row, t.size, streamed, [&](const auto &samples) {
        exchange_columns(samples, WholeRow{next.samples}, ahead);
      });
    }
    clear_tail(row.samples, row.length, row.end);
  }

  template <class Store, class Load>
  void exchange_columns(const Store &finished, const Load &next, const Real *ahead) const {
    wait(team);
    const Range columns = columns_of(t, team);
    root_exchange(t, columns.first, columns.last, work, finished, next, ahead);
    wait(team);
  }
};

// Ring element of a two-sided kernel: lag l >= 0 has index l and weight 1, lag l < 0 has index N +
// l and weight -i, because x^N = i. Bidirectional: kernel[C + c] at lags -1, -2, ...; centered:
// what is before the middle; circular: the kernel again, one period earlier.
inline void two_sided_kernel(const Convolution &job, std::int64_t item, Real *re, Real *im) {
  const std::int64_t size = job.transform->size, lags = live_lags(job);
  const Real *k = job.kernel + kernel_start(job, item) + zero_lag(job);
  for (std::int64_t j = 0; j < lags; ++j) re[j] = k[j];
  clear(re, lags, size);
  if (job.geometry.mode == SGCONV_CIRCULAR) {
    Real *period = im + (size - job.geometry.length);
    clear(im, 0, size);
    for (std::int64_t j = 1; j < lags; ++j) period[j] = -k[j];
  } else {
    const Behind behind = behind_zero(job);
    const Real *back = k + behind.first;
    clear(im, 0, size - behind.live);
    for (std::int64_t j = 0; j < behind.live; ++j) im[size - 1 - j] = -back[j * behind.step];
  }
}

inline void prepare_rows(const Convolution &job, const Workspace &space, const Team &team,
                         std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const RowPasses row{t, team, space.work};
  const Real scale = Real{1} / static_cast<Real>(t.size);
  for (std::int64_t item = first; item < last; ++item) {
    if (job.geometry.mode == SGCONV_CAUSAL) {
      row.load({job.kernel + kernel_start(job, item), nullptr, live_lags(job)});
    } else {
      if (team.index == 0) two_sided_kernel(job, item, space.real, space.imaginary);
      wait(team);
      row.load_samples(ComplexRow{space.real, space.imaginary});
    }
    if (job.skip != nullptr) row.add_first(job.skip[item]);
    row.run(ToSpectrum{whole(job.prepared + item * t.spectrum_reals), scale, job.stream,
                       next_after(t, space.work, job.kernel + kernel_start(job, item + 1))});
    wait(team);
  }
  if (job.stream) stream_fence();
}

// The input of a row, and its gate.
SGCONV_INLINE ConstRow input_row(const Convolution &job, const Place &in) {
  return {job.u + in.start, row_at(job.pre, in), in.length};
}

inline void forward_rows(const Convolution &job, const Workspace &space, const Team &team,
                         std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const auto place_of_item = [&](std::int64_t item) {
    return place_of(job, item % job.batch, item / job.batch);
  };
  const RowPasses row{t, team, space.work};
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t h = item / job.batch, b = item % job.batch;
    const Place in = place_of_item(item), following = place_of_item(item + 1);
    const Real *gate = row_at(job.post, in);
    const Next next = next_after(t, space.work, job.u + following.start);
    if (heads == 1) {
      const Real *kernel = job.spectrum + h * t.spectrum_reals;
      Real *y = job.y + in.start;
      if (item == first) row.load(input_row(job, in), root_ahead(t, kernel));
      const Real *ahead = kernel_ahead(t, kernel, item == first || b == 0);
      if (root_asks(t)) {
        row.run(TimesKernel<false, true>{kernel, ahead, next}, row.output(y, job.stream));
      } else {
        row.run(TimesKernel<false, false>{kernel, ahead, next}, row.output(y, job.stream));
      }
      if (item + 1 < last) {
        const bool last_row = b + 1 == job.batch;
        row.exchange({y, gate, in.length, t.length}, job.stream, input_row(job, following),
                     last_row ? root_ahead(t, kernel + t.spectrum_reals) : nullptr);
      } else {
        row.store_row({y, gate, in.length, t.length}, job.stream);
      }
      continue;
    }
    row.load(input_row(job, in));
    row.run(ToSpectrum{whole(space.signal), Real{1}, false, next});
    for (std::int64_t c = 0; c < heads; ++c) {
      const Real *kernel = job.spectrum + (c * hidden + h) * t.spectrum_reals;
      row.run(SignalTimesKernel{space.signal, kernel});
      row.store_row({job.y + output_start(job, b, c, h), gate, in.length, t.length}, job.stream);
      wait(team);
    }
  }
  if (job.stream) stream_fence();
}

}  // namespace sgconv::SGCONV_TIER

#endif
