// How many signals go through the four steps at a time.
#pragma once

#include <cstdint>

namespace sgconv::cuda {

// So many channels of so many members of the batch.
struct Chunk {
  int64_t channels, members;
};

// Blocks of a step for one signal, and those that the device holds.
struct ChunkStep {
  int64_t blocks, places;
};

// What a chunk of one direction costs, in bytes through the second-level cache.
struct ChunkCosts {
  ChunkStep columns, rows;
  int64_t sources;      // signals that columns are made of, for each that comes back
  int64_t column, row;  // bytes of a signal
  int64_t rows_once;    // and of a channel, for each share of its members
  bool one_share;       // a block takes its row of all members
  int64_t launches;     // what all launches cost beyond their work
};

// The cheapest for so many channels and members, of at most `most` signals: waves of blocks that
// are not full cost as much as full ones. A matter of speed only: results do not depend on it.
Chunk cheapest_chunk(const ChunkCosts &costs, int64_t channels, int64_t members, int64_t most);

// Members whose rows one block takes in turn: as many as make no more waves than one each.
int64_t turns_of_rows(const ChunkStep &rows, const Chunk &chunk);

}  // namespace sgconv::cuda
