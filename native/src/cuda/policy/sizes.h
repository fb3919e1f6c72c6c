// How the transforms beyond one block are taken apart.
#pragma once

#include <array>
#include <cstdint>

namespace sgconv::cuda {

// N = P * M: columns of P numbers, rows of M.
struct Parts {
  int64_t size;      // N
  int64_t row_size;  // M
};

// By size, for every architecture; other ways to take a size apart are not yet measured on a GPU.
// Rows of up to 4096 keep sums and spectra on the multiprocessor, which saves a sixth of backward's
// bytes, so rows are longer only where columns of 1024 are not enough. Columns in registers are the
// cheapest: of 12 and 16, which have as many numbers a thread as such rows, so that all steps of a
// chunk have whole waves at once; 24 and 32 twice as many. Only the two largest sizes need blocks
// of 161 KiB.
constexpr int64_t kKi = 1024;
constexpr std::array<Parts, 22> kParts{{
    {12 * kKi, 1024},     {16 * kKi, 1024},     {24 * kKi, 2048},   {32 * kKi, 2048},
    {48 * kKi, 4096},     {64 * kKi, 4096},     {96 * kKi, 4096},   {128 * kKi, 4096},
    {192 * kKi, 512},     {256 * kKi, 1024},    {384 * kKi, 1024},  {512 * kKi, 2048},
    {768 * kKi, 2048},    {1024 * kKi, 4096},   {1536 * kKi, 4096}, {2048 * kKi, 2048},
    {3072 * kKi, 4096},   {4096 * kKi, 4096},   {6144 * kKi, 8192}, {8192 * kKi, 8192},
    {12288 * kKi, 16384}, {16384 * kKi, 16384},
}};

}  // namespace sgconv::cuda
