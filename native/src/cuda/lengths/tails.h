// Zeros beyond the signals that are shorter than their rows.
#pragma once

#include <initializer_list>

#include "cuda/device/signal_rows.h"
#include "cuda/lengths/runs.h"

namespace sgconv::cuda {

// Of members rows.batch_first <= b < rows.batch_first + batch_count, in every tensor of `targets`,
// which may be nullptr. Launches nothing where there are no lengths.
void clear_tails(const SignalRows &rows, int64_t batch_count, const Members &members, int32_t dtype,
                 std::initializer_list<void *> targets, void *stream);

}  // namespace sgconv::cuda
