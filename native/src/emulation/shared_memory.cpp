#include "emulation/shared_memory.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace sgconv::emulation {
namespace {

constexpr unsigned char kPoison = 0xff;  // a NaN in every float type
constexpr std::size_t kGap = 64;         // at least so many poisoned bytes after each array

std::size_t end_of(std::size_t offset, std::size_t bytes) {
  return (offset + bytes + kGap + kGap - 1) / kGap * kGap;
}

}  // namespace

bool same(Site a, Site b) {
  return a.line == b.line && (a.file == b.file || std::strcmp(a.file, b.file) == 0);
}

void SharedMemory::poison(std::size_t dynamic_bytes, std::size_t most) {
  if (bytes_ != most + 64 * kGap) {
    bytes_ = most + 64 * kGap;
    memory_.resize(bytes_ + kGap);
    void *start = memory_.data();
    std::size_t space = memory_.size();
    start_ = static_cast<unsigned char *>(std::align(kGap, bytes_, start, space));
  }
  arrays_.clear();
  used_ = end_of(0, dynamic_bytes);
  std::fill_n(start_, used_, kPoison);
  arrays_.push_back({{"dynamic shared memory", 0}, 0, dynamic_bytes});
}

void *SharedMemory::array(std::size_t bytes, std::size_t alignment, Site site) {
  for (const Array &array : arrays_) {
    if (same(array.site, site)) {
      return start_ + array.offset;
    }
  }
  if (alignment > kGap || end_of(used_, bytes) > bytes_) {
    return nullptr;
  }
  const std::size_t offset = used_;
  used_ = end_of(offset, bytes);
  std::fill(start_ + offset, start_ + used_, kPoison);
  arrays_.push_back({site, offset, bytes});
  return start_ + offset;
}

std::optional<Site> SharedMemory::damage() const {
  for (std::size_t i = 0; i < arrays_.size(); ++i) {
    const std::size_t end = i + 1 < arrays_.size() ? arrays_[i + 1].offset : used_;
    for (std::size_t at = arrays_[i].offset + arrays_[i].bytes; at < end; ++at) {
      if (start_[at] != kPoison) {
        return arrays_[i].site;
      }
    }
  }
  return std::nullopt;
}

}  // namespace sgconv::emulation
