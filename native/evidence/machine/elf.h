// The parts of a 64-bit ELF file that carry machine code: of cubins, and of our own libraries.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace sgconv::evidence {

// What is not understood; no number may come of it.
class NotUnderstood : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using Bytes = std::span<const std::uint8_t>;

// An unsigned number of so many bytes, least significant first.
std::uint64_t number_at(Bytes bytes, std::size_t offset, std::size_t size);

struct Section {
  std::string name;
  std::uint32_t type, link, info;
  std::uint64_t size;  // also of sections without bytes in the file
  Bytes bytes;
};

struct Symbol {
  std::string name;
  std::uint64_t value, size;
  std::uint16_t section;
};

class ElfFile {
 public:
  explicit ElfFile(std::vector<std::uint8_t> content, std::string name);
  static ElfFile read(const std::string &path);
  ElfFile(const ElfFile &) = delete;
  ElfFile(ElfFile &&) = default;

  const std::string &name() const { return name_; }
  const std::vector<Section> &sections() const { return sections_; }
  // nullptr: there is none of this name.
  const Section *section(const std::string &name) const;
  // Of the table .symtab.
  std::vector<Symbol> symbols() const;

 private:
  std::vector<std::uint8_t> content_;
  std::string name_;
  std::vector<Section> sections_;
};

}  // namespace sgconv::evidence
