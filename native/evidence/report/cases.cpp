#include "evidence/report/cases.h"

#include <iterator>

#include "cuda/policy/sizes.h"

namespace sgconv::evidence {
namespace {

constexpr std::int64_t kBlockSizes[] = {SGCONV_EVIDENCE_BLOCK_SIZES};
// Of (64, 768, L): beyond, launches are tens of thousands, and alike.
constexpr std::int64_t kMost = 128 * 1024;
constexpr std::int64_t kLong = 1024 * 1024;
// Kernels for which rows are cut into windows, one for each of their sizes, and the smallest length
// from 32 Ki on that whole windows make; so many channels of one member that every block has whole
// rows, as many as the others: then blocks are alike.
constexpr std::int64_t kCutHidden = 4224;
struct Cut {
  std::int64_t lags, length;
};
constexpr Cut kCuts[] = {{16, 32880}, {64, 33600}, {130, 35568}, {1800, 38304}, {4096, 36864}};

std::vector<std::int64_t> lengths_to(std::int64_t most) {
  std::vector<std::int64_t> lengths(std::begin(kBlockSizes), std::end(kBlockSizes));
  for (const auto &parts : cuda::kParts) {
    if (parts.size > lengths.back() && parts.size <= most) {
      lengths.push_back(parts.size);
    }
  }
  return lengths;
}

}  // namespace

std::vector<Call> calls_of_tables(std::int32_t dtype) {
  const std::vector<std::int64_t> lengths = lengths_to(kMost);
  std::vector<Call> calls;
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    Call call;
    call.direction = direction;
    call.dtype = dtype;
    call.batch = 64;
    call.hidden = 768;
    for (const std::int64_t length : lengths) {
      call.length = length;
      calls.push_back(call);
    }
    call.batch = 1;
    call.hidden = kCutHidden;
    for (const Cut &cut : kCuts) {
      call.length = cut.length;
      call.short_lags = cut.lags;
      calls.push_back(call);
    }
    call.short_lags = 0;
    call.batch = 2;
    call.hidden = 256;
    call.length = kLong;
    calls.push_back(call);
  }
  return calls;
}

std::vector<Sequence> sequences() {
  std::vector<Sequence> result;
  const auto add = [&](const Call &call, const std::string &name, Direction direction,
                       std::int64_t heads, bool gates, bool input, bool kernel) {
    Call made = call;
    made.direction = direction;
    made.heads = heads;
    made.gates = gates;
    made.input_gradient = input;
    made.kernel_gradient = kernel;
    result.push_back({name, made});
  };
  for (const std::int64_t length : lengths_to(INT64_MAX)) {
    Call call;
    // Blocks that walk some rows, and few launches.
    const bool in_block = length <= lengths_to(0).back();
    call.batch = in_block ? 2 : 3;
    call.hidden = in_block ? 768 : 2;
    call.length = length;
    add(call, "prepare", Direction::kPrepare, 1, false, true, true);
    add(call, "forward", Direction::kForward, 1, false, true, true);
    add(call, "forward, gates, 3 heads", Direction::kForward, 3, true, true, true);
    add(call, "backward", Direction::kBackward, 1, false, true, true);
    add(call, "backward, 3 heads", Direction::kBackward, 3, false, true, true);
    add(call, "backward, gates", Direction::kBackward, 1, true, true, true);
    add(call, "backward, gates, 3 heads", Direction::kBackward, 3, true, true, true);
    add(call, "backward of the input", Direction::kBackward, 1, false, true, false);
    add(call, "backward of the kernel", Direction::kBackward, 1, false, false, true);
    add(call, "backward of the kernel, 3 heads", Direction::kBackward, 3, false, false, true);
  }
  for (const Cut &cut : kCuts) {
    Call call;
    call.batch = 2;
    call.hidden = 768;
    call.length = cut.length;
    call.short_lags = cut.lags;
    const std::string of = std::to_string(cut.lags) + " lags, ";
    add(call, of + "forward, gates", Direction::kForward, 1, true, true, true);
    add(call, of + "backward, gates", Direction::kBackward, 1, true, true, true);
    add(call, of + "backward of the input", Direction::kBackward, 1, false, true, false);
    add(call, of + "backward of the kernel", Direction::kBackward, 1, false, false, true);
  }
  return result;
}

}  // namespace sgconv::evidence
