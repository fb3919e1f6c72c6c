// What algorithms cost, to choose between whole rows and windows of them.
#pragma once

#include <cstdint>

namespace sgconv::cuda::costs {

// Picoseconds that a number of a transform takes forward and backward, to du and dk, as predicted
// for an H100: (64, 768, N) in float32, benchmarks/results/static/predictions.md. Not yet measured
// on a GPU; only their ratios matter, and the same are used for every device.
struct SizeCost {
  int64_t size;
  double cost;
};
constexpr SizeCost kBlocks[] = {{256, 8.8},   {384, 9.6},   {512, 10.0},  {768, 10.0},
                                {1024, 9.9},  {1536, 10.0}, {2048, 10.0}, {3072, 11.5},
                                {4096, 10.4}, {6144, 11.9}, {8192, 10.6}, {12288, 13.5},
                                {16384, 12.8}};
constexpr double kFourStep = 40.0;  // at every size, within a tenth

// Of a window beside a row of its size: bounds are looked at sample by sample. Counted: 6 to 9%
// more instructions forward, 8 to 12% backward.
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
