// How the work of a call is cut: everything once, in order, and never more than asked for, also
// where a batch is far larger than any that a test could convolve.
#include <vector>

#include "check.h"
#include "cuda/plan/ranges.h"

namespace {

using namespace sgconv::test;
using sgconv::cuda::Channels;
using sgconv::cuda::Members;
using sgconv::cuda::Part;

void channels(int64_t first, int64_t count, int64_t most) {
  const std::string where =
      std::to_string(count) + " channels, at most " + std::to_string(most) + " at a time";
  int64_t next = first, ranges = 0, step = 0;
  sgconv::cuda::each_channels({first, count}, most, [&](const Channels &range) {
    check_equal(range.first, next, where + ": first");
    check(range.count >= 1 && range.count <= most, where + ": count");
    next = range.first + range.count;
    step = std::max(step, range.count);
    check(range.count == step || next == first + count, where + ": all but the last are equal");
    ++ranges;
  });
  check_equal(next, first + count, where + ": end");
  check_equal(ranges, (count + most - 1) / most, where + ": no more ranges than needed");
}

// Returns the number of parts.
int64_t parts(const Members &members, int64_t most) {
  const std::string where =
      std::to_string(members.count) + " members, at most " + std::to_string(most) + " at a time";
  int64_t next = 0, count = 0;
  sgconv::cuda::each_part({3, 2}, members, most, [&](const Part &part) {
    check_equal(part.batch_first, next, where + ": first");
    check(part.batch_count >= 1 && part.batch_count <= most, where + ": count");
    check_equal(part.channels.first, int64_t{3}, where + ": channels");
    check_equal(part.signals(), 2 * part.batch_count, where + ": signals");
    for (int64_t b = part.batch_first;
         members.lengths != nullptr && b < part.batch_first + part.batch_count; ++b) {
      check_equal(part.samples, members.lengths[b], where + ": samples");
    }
    if (members.lengths == nullptr) {
      check_equal(part.samples, members.length, where + ": samples");
    }
    next = part.batch_first + part.batch_count;
    ++count;
  });
  check_equal(next, members.count, where + ": end");
  return count;
}

}  // namespace

int main() {
  for (const int64_t count : {1, 2, 7, 100, 101}) {
    for (const int64_t most : {1, 2, 3, 7, 99, 100, 1000}) {
      channels(5, count, most);
    }
  }
  // As many signals of 2^20 channels as one launch counts, and the largest batch.
  check_equal(parts({int64_t{1} << 30, 9, nullptr}, int64_t{1} << 10), int64_t{1} << 20,
              "parts of the largest batch");
  check_equal(parts({5, 9, nullptr}, 5), int64_t{1}, "members of one length together");
  const std::vector<int64_t> lengths{4, 4, 4, 9, 1, 1, 4};
  check_equal(parts({7, 9, lengths.data()}, 7), int64_t{4}, "runs of equal length");
  check_equal(parts({7, 9, lengths.data()}, 2), int64_t{5}, "runs in steps of two");
  check_equal(parts({7, 9, lengths.data()}, 1), int64_t{7}, "one at a time");
  return failures() == 0 ? 0 : 1;
}
