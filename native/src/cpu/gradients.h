// Gradients of the convolution of whole rows by transforms.
#ifndef SGCONV_CPU_GRADIENTS_H
#define SGCONV_CPU_GRADIENTS_H

#include "cpu/rows.h"

namespace sgconv::SGCONV_TIER {

// Lag l >= 0 of the correlation is its real part at l; lag l < 0 is minus the imaginary part at
// N + l.
inline void two_sided_correlation(const Convolution &job, std::int64_t item, const float *re,
                                  const float *im) {
  const std::int64_t length = job.transform->length, size = job.transform->size;
  float *dk = job.dk + item * length;
  if (job.geometry.mode == SGCONV_CIRCULAR) {
    dk[0] = re[0];
    for (std::int64_t j = 1; j < length; ++j) dk[j] = re[j] - im[size - length + j];
  } else {
    float *back = dk + job.geometry.heads * job.geometry.hidden * length;
    for (std::int64_t j = 0; j < length; ++j) dk[j] = re[j];
    for (std::int64_t j = 0; j + 1 < length; ++j) back[j] = -im[size - 1 - j];
    back[length - 1] = 0.0f;
  }
}

// Correlation spectrum of head c -> dk and dskip.
inline void store_correlation(const Convolution &job, const Workspace &space, const Team &team,
                              std::int64_t item, const float *correlation) {
  const Transform &t = *job.transform;
  const RowPasses row{t, team, space.work};
  row.run(FromSpectrum{correlation, 1.0f / static_cast<float>(t.size)});
  if (job.geometry.mode == SGCONV_CAUSAL && job.dk != nullptr) {
    row.store_row(job.dk + item * t.length, nullptr, job.stream);
    wait(team);
    if (job.dskip != nullptr && team.index == 0) job.dskip[item] = job.dk[item * t.length];
    return;
  }
  wait(team);
  const Range columns = columns_of(t, team);
  root_inverse_complex(t, columns.first, columns.last, space.work, space.real, space.imaginary);
  wait(team);
  if (team.index == 0) {
    if (job.dk != nullptr) two_sided_correlation(job, item, space.real, space.imaginary);
    if (job.dskip != nullptr) job.dskip[item] = space.real[0];
  }
  wait(team);
}

// Adds the slices of one h in a fixed order, then as above.
inline void finish_rows(const Convolution &job, const Workspace &space, const Team &team,
                        std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const std::int64_t heads = job.geometry.heads, row_floats = heads * t.spectrum_floats;
  for (std::int64_t h = first; h < last; ++h) {
    float *sum = job.partial + h * job.slices * row_floats;
    for (std::int64_t slice = 1; slice < job.slices; ++slice) {
      const float *term = sum + slice * row_floats;
      for (std::int64_t i = 0; i < row_floats; i += W)
        store(sum + i, load(sum + i) + load(term + i));
    }
    for (std::int64_t c = 0; c < heads; ++c) {
      store_correlation(job, space, team, c * job.geometry.hidden + h, sum + c * t.spectrum_floats);
    }
  }
}

inline void backward_rows(const Convolution &job, const Workspace &space, const Team &team,
                          std::int64_t first, std::int64_t last) {
  const Transform &t = *job.transform;
  const std::int64_t heads = job.geometry.heads, hidden = job.geometry.hidden;
  const bool correlate = job.dk != nullptr || job.dskip != nullptr;
  const bool input = job.du != nullptr || job.dpre != nullptr;
  const RowPasses row{t, team, space.work};
  for (std::int64_t item = first; item < last; ++item) {
    const std::int64_t h = item / job.slices, slice = item % job.slices;
    float *correlation =
        job.slices > 1 ? job.partial + item * heads * t.spectrum_floats : space.correlation;
    const std::int64_t from = job.batch * slice / job.slices;
    const std::int64_t to = job.batch * (slice + 1) / job.slices;
    for (std::int64_t b = from; b < to; ++b) {
      const std::int64_t in = (b * hidden + h) * t.length;
      const float *pre = job.pre == nullptr ? nullptr : job.pre + in;
      const float *post = job.post == nullptr ? nullptr : job.post + in;
      if (correlate || job.dpost != nullptr) {
        row.load(job.u + in, pre);
        row.run(ToSpectrum{space.signal, 1.0f, 0.0f, false,
                           job.dy + (b * heads * hidden + h) * t.length});
        wait(team);
      }
      const StoreGated store_input{job.du == nullptr ? nullptr : job.du + in, pre,
                                   job.dpre == nullptr ? nullptr : job.dpre + in, job.u + in,
                                   t.length};
      for (std::int64_t c = 0; c < heads; ++c) {
        const float *kernel = job.spectrum + (c * hidden + h) * t.spectrum_floats;
        const float *dy = job.dy + ((b * heads + c) * hidden + h) * t.length;
        float *sums = correlate ? correlation + c * t.spectrum_floats : nullptr;
        const float *next = c + 1 < heads ? dy + hidden * t.length
                            : b + 1 < to  ? job.u + in + hidden * t.length
                                          : job.u + (from * hidden + h + 1) * t.length;
        const float *ahead = kernel_ahead(kernel, b == from);
        if (correlate || input) row.load(dy, post);
        if (input && heads == 1) {
          row.run(
              Gradient<true>{kernel, ahead, space.signal, sums, b == from, nullptr, false, next});
          if (job.dpre == nullptr) {
            row.store_row(job.du + in, pre, job.stream);
          } else {
            row.store(store_input);
          }
        } else if (correlate || input) {
          row.run(Gradient<false>{kernel, ahead, space.signal, sums, b == from,
                                  input ? space.sum : nullptr, c == 0, next});
        }
        wait(team);
        if (job.dpost != nullptr) {
          row.run(SignalTimesKernel{space.signal, kernel});
          row.store(StoreProduct{job.dpost + in, dy, c == 0, t.length});
          wait(team);
        }
      }
      if (input && heads > 1) {
        row.run(FromSpectrum{space.sum, 1.0f});
        row.store(store_input);
        wait(team);
      }
    }
    if (correlate && job.slices == 1) {
      for (std::int64_t c = 0; c < heads; ++c) {
        store_correlation(job, space, team, c * hidden + h, correlation + c * t.spectrum_floats);
      }
    }
  }
  if (job.stream) stream_fence();
}

}  // namespace sgconv::SGCONV_TIER

#endif
