// How many signals go through the four steps at a time: never too many, whole waves where there can
// be any.
#include "cuda/four_step/chunks.h"
#include "check.h"

namespace {

using namespace sgconv::test;
using sgconv::cuda::cheapest_chunk;
using sgconv::cuda::Chunk;
using sgconv::cuda::ChunkCosts;
using sgconv::cuda::ChunkStep;
using sgconv::cuda::turns_of_rows;

// 32 Ki numbers as 2048 columns of 16, on 132 multiprocessors with four blocks each.
constexpr ChunkStep kStep{16, 4 * 132};
constexpr int64_t kBytes = 32768 * 8;
constexpr int64_t kLaunches = 3 * 6600000;

ChunkCosts forward(const ChunkStep &step) {
  return {step, step, 1, kBytes * 3 / 2, kBytes * 2, kBytes, false, kLaunches};
}
ChunkCosts backward(const ChunkStep &step) {
  return {step, step, 2, kBytes * 3 / 2, kBytes * 4, kBytes * 2, true, kLaunches};
}

void check_chunk(const Chunk &actual, const Chunk &expected, const std::string &where) {
  check_equal(actual.channels, expected.channels, where + ": channels");
  check_equal(actual.members, expected.members, where + ": members");
}

// Up to 80 signals, or 40 and their gradients: 33 make a wave.
void whole_waves() {
  check_chunk(cheapest_chunk(forward(kStep), 768, 64, 80), {1, 64}, "forward");
  check_chunk(cheapest_chunk(backward(kStep), 768, 64, 40), {32, 1}, "backward");
  check_chunk(cheapest_chunk(backward(kStep), 768, 2, 80), {32, 2}, "backward with more room");
  check_chunk(cheapest_chunk(backward(kStep), 3, 64, 40), {3, 11}, "few channels");
  check_equal(turns_of_rows(kStep, {1, 64}), int64_t{2}, "two members each");
  check_equal(turns_of_rows(kStep, {33, 1}), int64_t{1}, "no more members than there are");
  check_equal(turns_of_rows(kStep, {1, 33}), int64_t{1}, "every place has its own row");
}

// Whatever the device.
void bounds() {
  for (const int64_t blocks : {1, 3, 16, 1024}) {
    for (const int64_t places : {1, 7, 132, 528}) {
      const ChunkStep step{blocks, places};
      for (const int64_t channels : {1, 5, 768}) {
        for (const int64_t members : {1, 7, 64}) {
          for (const int64_t most : {1, 2, 13, 80, 5000}) {
            for (const ChunkCosts &costs : {forward(step), backward(step)}) {
              const Chunk chunk = cheapest_chunk(costs, channels, members, most);
              check(chunk.channels >= 1 && chunk.members >= 1 && chunk.channels <= channels &&
                        chunk.members <= members && chunk.channels * chunk.members <= most,
                    "as many as there are and as may be");
              const int64_t turns = turns_of_rows(step, chunk);
              const auto waves = [&](int64_t shares) {
                return (chunk.channels * shares * blocks + places - 1) / places;
              };
              check(turns * waves((chunk.members + turns - 1) / turns) <= waves(chunk.members),
                    "turns cost no wave");
            }
          }
        }
      }
    }
  }
}

}  // namespace

int main() {
  whole_waves();
  bounds();
  return failures() == 0 ? 0 : 1;
}
