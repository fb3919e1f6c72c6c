// Device memory as host pages that nobody may touch, except while the device works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sgconv::emulation {

struct Allocation {
  char *start;
  std::size_t size;  // as asked for
  char *first_page;  // protected range
  std::size_t page_bytes;
};

// One device's address range. Every allocation ends at the end of a page and has an inaccessible
// page on both sides; addresses are never given out twice.
class DeviceMemory {
 public:
  explicit DeviceMemory(std::size_t capacity);

  // nullptr when the capacity does not suffice. Filled with a NaN pattern.
  void *allocate(std::size_t size);
  // False if `pointer` is not the start of a live allocation.
  bool release(void *pointer);

  // The live allocation that holds [address, address + size).
  const Allocation *find(const void *address, std::size_t size) const;
  bool owns_address(const void *address) const;

  // In pairs, nesting.
  void unprotect();
  void protect();
  // Describes a damaged border of an allocation, if any. Only while unprotected.
  std::optional<std::string> damage() const;

  std::size_t used() const { return used_; }
  std::size_t peak() const { return peak_; }
  void reset_peak() { peak_ = used_; }
  std::size_t capacity() const { return capacity_; }
  std::size_t live() const { return allocations_.size(); }

 private:
  std::size_t capacity_;
  char *range_;
  std::size_t next_ = 0;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  int open_ = 0;
  std::map<const char *, Allocation> allocations_;
};

}  // namespace sgconv::emulation
