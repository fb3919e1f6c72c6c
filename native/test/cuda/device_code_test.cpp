// For which architectures a library, or an object file, has device code: nvcc puts it into a
// section .nv_fatbin, one container for each source, with an entry for each architecture.
//   device_code_test <library> <architecture>...      as CMake names them: 80-real, 90
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "check.h"

namespace {

using namespace sgconv::test;

// Not documented by NVIDIA; as nvcc 12 and 13 write it.
struct Container {
  static constexpr uint32_t kMagic = 0xba55ed50;
  uint32_t magic;
  uint16_t version, header_bytes;
  uint64_t bytes;  // of the entries
};
struct Entry {
  enum Kind : uint16_t { kPtx = 1, kMachineCode = 2 };
  uint16_t kind, version;
  uint32_t header_bytes;
  uint64_t bytes;  // of what follows the header
  uint32_t compressed_bytes, options;
  uint16_t minor, major;  // of the format
  uint32_t architecture;
};

template <class T>
T at(const std::vector<char> &file, std::size_t offset) {
  T value{};
  if (offset + sizeof value <= file.size()) {
    std::memcpy(&value, file.data() + offset, sizeof value);
  }
  return value;
}

using Codes = std::set<std::string>;  // "machine code of 90", "PTX of 90"

Codes expected(char **first, char **last) {
  Codes result;
  for (char **each = first; each != last; ++each) {
    const std::string text = *each, architecture = text.substr(0, text.find('-'));
    result.insert("machine code of " + architecture);
    if (architecture == text) {
      result.insert("PTX of " + architecture);
    }
  }
  return result;
}

std::string text_of(const Codes &codes) {
  std::string result;
  for (const std::string &code : codes) {
    result += (result.empty() ? "" : ", ") + code;
  }
  return result;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 3) {
    std::printf("expected a library and its architectures\n");
    return 2;
  }
  std::ifstream stream(argv[1], std::ios::binary);
  const std::vector<char> file{std::istreambuf_iterator<char>(stream),
                               std::istreambuf_iterator<char>()};
  const Codes wanted = expected(argv + 2, argv + argc);
  std::map<std::string, uint64_t> bytes;
  int containers = 0;
  for (std::size_t start = 0; start + sizeof(Container) <= file.size(); start += 8) {
    const auto container = at<Container>(file, start);
    if (container.magic != Container::kMagic || container.version != 1) {
      continue;
    }
    ++containers;
    Codes found;
    const std::size_t end = start + container.header_bytes + container.bytes;
    for (std::size_t i = start + container.header_bytes; i < end;) {
      const auto entry = at<Entry>(file, i);
      check(entry.header_bytes >= sizeof entry && entry.kind <= Entry::kMachineCode,
            "an entry of an unknown form at " + std::to_string(i));
      if (failures() > 0) {
        return 1;
      }
      const std::string code = (entry.kind == Entry::kPtx ? "PTX of " : "machine code of ") +
                               std::to_string(entry.architecture);
      found.insert(code);
      bytes[code] += entry.bytes;
      i += entry.header_bytes + entry.bytes;
    }
    check(found == wanted,
          std::string(argv[1]) + " has " + text_of(found) + ", expected " + text_of(wanted));
  }
  check(containers > 0, std::string(argv[1]) + " has no device code");
  for (const auto &[code, count] : bytes) {
    std::printf("%s: %.1f MiB from %d sources\n", code.c_str(),
                static_cast<double>(count) / (1 << 20), containers);
  }
  return failures() == 0 ? 0 : 1;
}
