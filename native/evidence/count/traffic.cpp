#include "evidence/count/traffic.h"

#include <algorithm>
#include <array>
#include <bit>

#include "evidence/machine/lanes.h"

namespace sgconv::evidence {
namespace {

constexpr unsigned kBanks = 32, kWordBytes = 4;

void add(Traffic &traffic, bool write, std::uint64_t bytes) {
  (write ? traffic.written : traffic.read) += bytes;
}

}  // namespace

std::uint64_t sectors_of(const Access &access, std::vector<std::uint64_t> *which) {
  std::vector<std::uint64_t> own;
  std::vector<std::uint64_t> &sectors = which == nullptr ? own : *which;
  sectors.clear();
  each_lane(access.lanes, [&](unsigned lane) {
    const std::uint64_t first = access.addresses[lane] / kSectorBytes;
    const std::uint64_t last = (access.addresses[lane] + access.bytes - 1) / kSectorBytes;
    for (std::uint64_t sector = first; sector <= last; ++sector) {
      sectors.push_back(sector);
    }
  });
  std::sort(sectors.begin(), sectors.end());
  sectors.erase(std::unique(sectors.begin(), sectors.end()), sectors.end());
  return sectors.size();
}

Wavefronts wavefronts_of(const Access &access) {
  const unsigned group = access.bytes <= 4 ? 32 : access.bytes == 8 ? 16 : 8;
  Wavefronts result;
  for (unsigned first = 0; first < kLanes; first += group) {
    // Different words that each bank has to serve.
    std::array<std::uint64_t, kLanes * 4> words;
    std::size_t count = 0;
    for (unsigned lane = first; lane < first + group; ++lane) {
      if ((access.lanes >> lane & 1) == 0) {
        continue;
      }
      const std::uint64_t end = access.addresses[lane] + access.bytes;
      for (std::uint64_t word = access.addresses[lane] / kWordBytes; word * kWordBytes < end;
           ++word) {
        words[count++] = word;
      }
    }
    std::sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
    std::array<unsigned, kBanks> of_bank{};
    unsigned most = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i == 0 || words[i] != words[i - 1]) {
        most = std::max(most, ++of_bank[words[i] % kBanks]);
      }
    }
    result.taken += most;
    result.ideal += most > 0 ? 1 : 0;
  }
  return result;
}

void add_wavefronts(const std::map<std::size_t, Wavefronts> &places, Wavefronts &sum,
                    double &worst) {
  for (const auto &[place, wavefronts] : places) {
    sum.taken += wavefronts.taken;
    sum.ideal += wavefronts.ideal;
    worst = std::max(worst, wavefronts.ratio());
  }
}

void BlockMemory::access(unsigned warp, const Access &access) {
  if (access.space == Space::kLocal) {
    local_bytes_ +=
        std::uint64_t{access.bytes} * static_cast<std::uint64_t>(std::popcount(access.lanes));
    return;
  }
  if (access.space == Space::kShared) {
    shared(warp, access);
    return;
  }
  const unsigned tensor =
      tensor_of(access.addresses[static_cast<unsigned>(std::countr_zero(access.lanes))]);
  add(traffic_[tensor], access.write, kSectorBytes * sectors_of(access, &scratch_));
  sectors_.insert(scratch_.begin(), scratch_.end());
}

std::map<unsigned, std::uint64_t> BlockMemory::footprint() const {
  std::map<unsigned, std::uint64_t> result;
  for (const std::uint64_t sector : sectors_) {
    result[tensor_of(sector * kSectorBytes)] += kSectorBytes;
  }
  return result;
}

void BlockMemory::barrier() { ++epoch_; }

void BlockMemory::shared(unsigned warp, const Access &access) {
  Wavefronts &sum = (access.write ? stores_ : loads_)[access.place];
  const Wavefronts here = wavefronts_of(access);
  sum.taken += here.taken;
  sum.ideal += here.ideal;
  const std::uint64_t self = std::uint64_t{1} << warp;
  scratch_.clear();
  each_lane(access.lanes, [&](unsigned lane) {
    const std::uint64_t address = access.addresses[lane];
    for (std::uint64_t at = address / kWordBytes; at * kWordBytes < address + access.bytes; ++at) {
      if (at >= words_.size()) {
        words_.resize(at + 1);
      }
      Word &word = words_[at];
      if (word.epoch != epoch_) {
        word = {};
        word.epoch = epoch_;
      }
      if ((word.writers & ~self) != 0) {
        races_.insert({word.writing, access.place, at * kWordBytes});
      }
      if (access.write && (word.readers & ~self) != 0) {
        races_.insert({word.reading, access.place, at * kWordBytes});
      }
      if (access.write) {
        word.writers |= self;
        word.writing = access.place;
        scratch_.push_back(at);
      } else {
        word.readers |= self;
        word.reading = access.place;
      }
    }
  });
  std::sort(scratch_.begin(), scratch_.end());
  const auto twice = std::adjacent_find(scratch_.begin(), scratch_.end());
  if (twice != scratch_.end() && access.bytes >= kWordBytes) {
    races_.insert({access.place, access.place, *twice * kWordBytes});
  }
}

void ThreadMemory::access(unsigned, const Access &access) {
  if (access.space == Space::kGlobal) {
    add(traffic_[tensor_of(access.addresses[0])], access.write, access.bytes);
  }
}

}  // namespace sgconv::evidence
