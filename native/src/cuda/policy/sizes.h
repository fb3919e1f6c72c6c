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

// By size, for every architecture; not yet measured on a GPU. Rows are short where columns of 24 or
// 32 still lie in registers, because these are the cheapest way to more points; beyond, columns and
// rows are about as long, and only the two largest sizes need blocks of 156 KiB.
constexpr int64_t kKi = 1024;
constexpr std::array<Parts, 22> kParts{{
    {12 * kKi, 512},      {16 * kKi, 512},      {24 * kKi, 1024},   {32 * kKi, 1024},
    {48 * kKi, 2048},     {64 * kKi, 2048},     {96 * kKi, 4096},   {128 * kKi, 4096},
    {192 * kKi, 8192},    {256 * kKi, 8192},    {384 * kKi, 1024},  {512 * kKi, 2048},
    {768 * kKi, 2048},    {1024 * kKi, 4096},   {1536 * kKi, 4096}, {2048 * kKi, 8192},
    {3072 * kKi, 8192},   {4096 * kKi, 4096},   {6144 * kKi, 8192}, {8192 * kKi, 8192},
    {12288 * kKi, 16384}, {16384 * kKi, 16384},
}};

}  // namespace sgconv::cuda
