#include "evidence/machine/library.h"

#include <utility>

namespace sgconv::evidence {
namespace {

// Not documented by NVIDIA; as nvcc 12 and 13 write it (test/cuda/device_code_test.cpp): one
// container for each source, with an entry for each architecture.
constexpr std::uint64_t kContainer = 0xba55ed50;
constexpr std::size_t kContainerBytes = 16, kEntryBytes = 32, kAlignment = 8;
constexpr std::uint64_t kPtx = 1, kMachineCode = 2;

// The header's own bytes, and those of what follows it.
struct Extent {
  std::size_t header, content;
  std::size_t all() const { return header + content; }
};

// A header of at least so many bytes, whose own number stands in `size` bytes at `place`.
Extent extent_of(Bytes bytes, std::size_t least, std::size_t place, std::size_t size) {
  const Extent extent{number_at(bytes, place, size), number_at(bytes, 8, 8)};
  if (extent.header < least || extent.header > bytes.size() ||
      extent.content > bytes.size() - extent.header) {
    throw NotUnderstood("a header of another form in .nv_fatbin");
  }
  return extent;
}

}  // namespace

Kernels kernels_of(const ElfFile &library, std::uint32_t architecture) {
  const Section *const section = library.section(".nv_fatbin");
  if (section == nullptr) {
    throw NotUnderstood(library.name() + ": no device code");
  }
  Kernels kernels;
  const std::string name = library.name() + " for " + std::to_string(architecture);
  for (Bytes rest = section->bytes; rest.size() >= kAlignment;) {
    if (number_at(rest, 0, 8) == 0) {  // between containers
      rest = rest.subspan(kAlignment);
      continue;
    }
    if (number_at(rest, 0, 4) != kContainer) {
      throw NotUnderstood(library.name() + ": something else in .nv_fatbin");
    }
    const Extent container = extent_of(rest, kContainerBytes, 6, 2);
    Bytes entries = rest.subspan(container.header, container.content);
    while (!entries.empty()) {
      const Extent entry = extent_of(entries, kEntryBytes, 4, 4);
      const std::uint64_t kind = number_at(entries, 0, 2);
      if (kind != kPtx && kind != kMachineCode) {
        throw NotUnderstood(library.name() + ": an entry of another kind in .nv_fatbin");
      }
      if (kind == kMachineCode && number_at(entries, 28, 4) == architecture) {
        const Bytes cubin = entries.subspan(entry.header, entry.content);
        read_cubin(ElfFile({cubin.begin(), cubin.end()}, name), kernels);
      }
      entries = entries.subspan(entry.all());
    }
    rest = rest.subspan(container.all());
  }
  if (kernels.empty()) {
    throw NotUnderstood(name + ": no machine code");
  }
  return kernels;
}

}  // namespace sgconv::evidence
