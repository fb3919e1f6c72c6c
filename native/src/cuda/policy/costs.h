// What algorithms cost, to choose between whole rows and windows of them.
#pragma once

#include <cstdint>

namespace sgconv::cuda::costs {

// Picoseconds that a number of a transform takes forward and backward, to du and dk, as an H100
// measured them: (64, 768, N) in float32, benchmarks/results/nvidia-h100-80gb-hbm3. Only their
// ratios matter, and the same are used for every device.
struct SizeCost {
  int64_t size;
  double cost;
};
constexpr SizeCost kBlocks[] = {{256, 11.1},  {384, 15.2},  {512, 11.8},  {768, 14.6},
                                {1024, 11.9}, {1536, 14.6}, {2048, 12.0}, {3072, 17.0},
                                {4096, 13.0}, {6144, 18.7}, {8192, 15.5}, {12288, 19.9},
                                {16384, 19.3}};
constexpr double kFourStep = 38.0;  // from 24 Ki to 96 Ki within a twentieth

// Of a window beside a row of its size: bounds are looked at sample by sample. Counted, not yet
// measured on a GPU: 6 to 9% more instructions forward, 8 to 12% backward.
constexpr double kOfWindow = 1.1;

// New samples begin and windows do where sectors of 32 bytes do in every type, if rows do.
constexpr int64_t kWindowAlignment = 16;

// Windows are taken where they cost less than this part of whole rows. Where there is less to gain,
// rows stay as they are: fewer rows for a launch, no sums of many windows.
constexpr double kWorth = 0.9;

constexpr double of_block(int64_t size) {
  for (const SizeCost &each : kBlocks) {
    if (each.size == size) {
      return each.cost;
    }
  }
  return 0;
}

}  // namespace sgconv::cuda::costs
