#include "emulation/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sgconv::emulation {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlignment = 256;               // what cudaMalloc promises
constexpr std::size_t kRange = std::size_t{1} << 41;  // addresses, not memory
constexpr int kFresh = 0xff;                          // a NaN in every float type
constexpr unsigned char kBorder = 0xb7;

std::size_t round_up(std::size_t value, std::size_t step) {
  return (value + step - 1) / step * step;
}

void set_access(char *start, std::size_t bytes, int access) {
  if (mprotect(start, bytes, access) != 0) {
    std::perror("sgconv emulation: mprotect");
    std::abort();
  }
}

}  // namespace

DeviceMemory::DeviceMemory(std::size_t capacity) : capacity_(capacity) {
  void *range =
      mmap(nullptr, kRange, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) {
    std::perror("sgconv emulation: mmap of the device's address range");
    std::abort();
  }
  range_ = static_cast<char *>(range);
}

void *DeviceMemory::allocate(std::size_t size) {
  const std::size_t payload = round_up(std::max<std::size_t>(size, 1), kAlignment);
  const std::size_t pages = round_up(payload, kPage);
  if (size > capacity_ || pages > capacity_ - used_ || pages + 2 * kPage > kRange - next_) {
    return nullptr;
  }
  char *first_page = range_ + next_ + kPage;
  char *start = first_page + (pages - payload);
  next_ += kPage + pages;
  set_access(first_page, pages, PROT_READ | PROT_WRITE);
  std::memset(first_page, kBorder, static_cast<std::size_t>(start - first_page));
  std::memset(start, kFresh, size);
  std::memset(start + size, kBorder, payload - size);
  if (open_ == 0) {
    set_access(first_page, pages, PROT_NONE);
  }
  allocations_.emplace(start, Allocation{start, size, first_page, pages});
  used_ += pages;
  peak_ = std::max(peak_, used_);
  return start;
}

bool DeviceMemory::release(void *pointer) {
  const auto found = allocations_.find(static_cast<const char *>(pointer));
  if (found == allocations_.end()) {
    return false;
  }
  const Allocation allocation = found->second;
  // Gives the memory back and keeps the addresses inaccessible: a use after free faults.
  if (mmap(allocation.first_page, allocation.page_bytes, PROT_NONE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED) {
    std::perror("sgconv emulation: mmap over freed memory");
    std::abort();
  }
  used_ -= allocation.page_bytes;
  allocations_.erase(found);
  return true;
}

const Allocation *DeviceMemory::find(const void *address, std::size_t size) const {
  const auto *wanted = static_cast<const char *>(address);
  auto next = allocations_.upper_bound(wanted);
  if (next == allocations_.begin()) {
    return nullptr;
  }
  const Allocation &allocation = std::prev(next)->second;
  const auto offset = static_cast<std::size_t>(wanted - allocation.start);
  return offset <= allocation.size && size <= allocation.size - offset ? &allocation : nullptr;
}

bool DeviceMemory::owns_address(const void *address) const {
  const auto *wanted = static_cast<const char *>(address);
  return wanted >= range_ && wanted < range_ + kRange;
}

void DeviceMemory::unprotect() {
  if (open_++ > 0) {
    return;
  }
  for (const auto &[start, allocation] : allocations_) {
    set_access(allocation.first_page, allocation.page_bytes, PROT_READ | PROT_WRITE);
  }
}

void DeviceMemory::protect() {
  if (--open_ > 0) {
    return;
  }
  for (const auto &[start, allocation] : allocations_) {
    set_access(allocation.first_page, allocation.page_bytes, PROT_NONE);
  }
}

std::optional<std::string> DeviceMemory::damage() const {
  for (const auto &[start, allocation] : allocations_) {
    const char *head = std::max(allocation.first_page, allocation.start - kAlignment);
    const char *end = allocation.first_page + allocation.page_bytes;
    const auto intact = [](char byte) { return static_cast<unsigned char>(byte) == kBorder; };
    const bool before = std::all_of(head, static_cast<const char *>(allocation.start), intact);
    if (!before ||
        !std::all_of(static_cast<const char *>(allocation.start) + allocation.size, end, intact)) {
      char text[160];
      std::snprintf(text, sizeof text, "a write %s the allocation of %zu bytes at %p",
                    before ? "beyond" : "before", allocation.size,
                    static_cast<const void *>(allocation.start));
      return text;
    }
  }
  return std::nullopt;
}

}  // namespace sgconv::emulation
