#include "cpu/memory.h"

#include <sys/mman.h>

#include <string>
#include <utility>

#include "common/failure.h"
#include "cpu/bytes.h"

namespace sgconv {
namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;

bool on_huge_pages(std::size_t bytes) { return bytes >= kHugePage / 2; }

}  // namespace

std::int64_t Buffer::held(std::int64_t bytes) {
  if (bytes <= 0) return 0;
  const bool huge = on_huge_pages(static_cast<std::size_t>(bytes));
  const std::int64_t page = huge ? static_cast<std::int64_t>(kHugePage) : 4096;
  return times(bytes / page + (bytes % page != 0 ? 1 : 0), page);
}

Buffer::Buffer(std::int64_t bytes, const char *purpose) {
  if (bytes <= 0) return;
  // One huge page more, so that the used part can begin on a huge page's boundary.
  const std::size_t wanted = static_cast<std::size_t>(bytes);
  const bool huge = on_huge_pages(wanted);
  const std::size_t rounded = huge ? (wanted + 2 * kHugePage - 1) / kHugePage * kHugePage : wanted;
  void *start = mmap(nullptr, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) {
    throw Failure(SGCONV_OUT_OF_MEMORY, "cannot reserve " + std::to_string(bytes) +
                                            " bytes of host memory for " + purpose +
                                            "; use a shorter length, fewer heads or fewer threads");
  }
  bytes_ = rounded;
  start_ = start;
  if (huge) {
    const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(start);
    const std::uintptr_t aligned = (address + kHugePage - 1) / kHugePage * kHugePage;
    const std::size_t skipped = aligned - address;
    if (skipped > 0) munmap(start, skipped);
    start_ = reinterpret_cast<void *>(aligned);
    bytes_ -= skipped;
    // A hint: the buffer works as well, if slower, where it is refused.
    (void)madvise(start_, bytes_, MADV_HUGEPAGE);
  }
}

Buffer::Buffer(Buffer &&other) noexcept
    : start_(std::exchange(other.start_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Buffer &Buffer::operator=(Buffer &&other) noexcept {
  std::swap(start_, other.start_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Buffer::~Buffer() {
  if (start_ != nullptr) munmap(start_, bytes_);
}

}  // namespace sgconv
