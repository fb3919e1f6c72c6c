#include "cuda/lengths/tails.h"

#include "cuda/device/dtype.h"
#include "cuda/device/launch.h"
#include "cuda/device/rows.h"

namespace sgconv::cuda {
namespace {

// Lengths go along with the launch, so that no memory is needed for them: 2 KiB of the 4 KiB that
// arguments may have.
constexpr int kMostMembers = 256;
constexpr int kMostTargets = 3;

template <class Bits>
struct TailArguments {
  SignalRows rows;
  int64_t row_count;
  int64_t samples[kMostMembers];  // of member batch_first + i
  int32_t target_count;
  Bits *targets[kMostTargets];
};

template <class Bits>
__global__ void __launch_bounds__(kMaxThreads) clear_rows(const TailArguments<Bits> a) {
  for (int64_t row = thread_row(); row < a.row_count; row += row_step()) {
    const int64_t offset = a.rows.offset(row);
    for (int64_t n = a.samples[row / a.rows.hidden_count] + thread_column(); n < a.rows.length;
         n += column_step()) {
      for (int32_t target = 0; target < a.target_count; ++target) {
        a.targets[target][offset + n] = Bits{0};
      }
    }
  }
}

// Zero has the same bits in every type of an element's size.
template <class Bits>
void clear(const SignalRows &rows, int64_t batch_count, const Members &members,
           std::initializer_list<void *> targets, void *stream) {
  TailArguments<Bits> arguments{};
  arguments.rows = rows;
  for (void *const target : targets) {
    if (target != nullptr) {
      arguments.targets[arguments.target_count++] = static_cast<Bits *>(target);
    }
  }
  const int64_t end = rows.batch_first + batch_count;
  for (int64_t first = rows.batch_first; first < end; first += kMostMembers) {
    const int64_t count = std::min<int64_t>(kMostMembers, end - first);
    int64_t longest = 0;
    for (int64_t i = 0; i < count; ++i) {
      arguments.samples[i] = members.length_of(first + i);
      longest = std::max(longest, rows.length - arguments.samples[i]);
    }
    if (longest == 0) {
      continue;
    }
    arguments.rows.batch_first = first;
    arguments.row_count = count * rows.hidden_count;
    launch("clear_rows", clear_rows<Bits>, row_grid(current_target(), arguments.row_count, longest),
           stream, arguments);
  }
}

}  // namespace

void clear_tails(const SignalRows &rows, int64_t batch_count, const Members &members, int32_t dtype,
                 std::initializer_list<void *> targets, void *stream) {
  if (members.lengths == nullptr) {
    return;
  }
  if (dtype == kFloat32) {
    clear<uint32_t>(rows, batch_count, members, targets, stream);
  } else {
    clear<uint16_t>(rows, batch_count, members, targets, stream);
  }
}

}  // namespace sgconv::cuda
