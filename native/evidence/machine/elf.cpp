#include "evidence/machine/elf.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace sgconv::evidence {
namespace {

constexpr std::uint32_t kNoBits = 8;  // SHT_NOBITS

std::string text_at(Bytes bytes, std::size_t offset) {
  std::string result;
  while (offset < bytes.size() && bytes[offset] != 0) {
    result += static_cast<char>(bytes[offset++]);
  }
  return result;
}

}  // namespace

std::uint64_t number_at(Bytes bytes, std::size_t offset, std::size_t size) {
  if (offset + size > bytes.size()) {
    throw NotUnderstood("a number beyond the end of its section");
  }
  std::uint64_t value = 0;
  for (std::size_t i = size; i > 0; --i) {
    value = value << 8 | bytes[offset + i - 1];
  }
  return value;
}

ElfFile::ElfFile(std::vector<std::uint8_t> content, std::string name)
    : content_(std::move(content)), name_(std::move(name)) {
  const Bytes all(content_);
  constexpr std::uint8_t kMagic[] = {0x7f, 'E', 'L', 'F', 2, 1};  // 64 bits, least first
  if (all.size() < 64 || std::memcmp(all.data(), kMagic, sizeof kMagic) != 0) {
    throw NotUnderstood(name_ + ": no ELF file of 64 bits");
  }
  const std::uint64_t table = number_at(all, 0x28, 8);
  const std::uint64_t entry = number_at(all, 0x3a, 2);
  const std::uint64_t count = number_at(all, 0x3c, 2);
  const std::uint64_t names = number_at(all, 0x3e, 2);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = table + i * entry;
    Section section{"",
                    static_cast<std::uint32_t>(number_at(all, at + 4, 4)),
                    static_cast<std::uint32_t>(number_at(all, at + 40, 4)),
                    static_cast<std::uint32_t>(number_at(all, at + 44, 4)),
                    number_at(all, at + 32, 8),
                    {}};
    const std::uint64_t offset = number_at(all, at + 24, 8);
    if (section.type != kNoBits) {
      if (offset + section.size > all.size()) {
        throw NotUnderstood(name_ + ": a section beyond the end of the file");
      }
      section.bytes = all.subspan(offset, section.size);
    }
    sections_.push_back(std::move(section));
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    sections_[i].name = text_at(sections_.at(names).bytes, number_at(all, table + i * entry, 4));
  }
}

ElfFile ElfFile::read(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw NotUnderstood(path + ": cannot be read");
  }
  return ElfFile(std::vector<std::uint8_t>(std::istreambuf_iterator<char>(file), {}), path);
}

const Section *ElfFile::section(const std::string &name) const {
  for (const Section &section : sections_) {
    if (section.name == name) {
      return &section;
    }
  }
  return nullptr;
}

std::vector<Symbol> ElfFile::symbols() const {
  const Section *const table = section(".symtab");
  if (table == nullptr) {
    throw NotUnderstood(name_ + ": no table of symbols");
  }
  std::vector<Symbol> result;
  for (std::size_t at = 0; at + 24 <= table->bytes.size(); at += 24) {
    result.push_back({text_at(sections_.at(table->link).bytes, number_at(table->bytes, at, 4)),
                      number_at(table->bytes, at + 8, 8), number_at(table->bytes, at + 16, 8),
                      static_cast<std::uint16_t>(number_at(table->bytes, at + 6, 2))});
  }
  return result;
}

}  // namespace sgconv::evidence
