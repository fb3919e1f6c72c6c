#include "evidence/machine/cubin.h"

#include <cctype>
#include <optional>
#include <utility>

namespace sgconv::evidence {
namespace {

// Entries of .nv.info sections: a format, an attribute, and a value of so many bytes.
constexpr std::uint8_t kSized = 4;  // a length of two bytes goes before the value; others have two
constexpr std::uint8_t kFrameSize = 0x11, kRegisterCount = 0x2f, kParameters = 0x0a;

// A block's shared memory begins with the system's own (sm_90), which the section counts, too.
constexpr int kSystemShared = 1024;

// The first value of this attribute, of this symbol if that is given.
std::optional<Bytes> attribute(const Section &info, std::uint8_t wanted,
                               std::optional<std::uint64_t> symbol) {
  for (std::size_t at = 0; at + 4 <= info.bytes.size();) {
    const bool sized = info.bytes[at] == kSized;
    const std::size_t size = sized ? number_at(info.bytes, at + 2, 2) : 0;
    const std::uint8_t kind = info.bytes[at + 1];
    if (sized && kind == wanted) {
      const Bytes value = info.bytes.subspan(at + 4, size);
      if (!symbol.has_value() || number_at(value, 0, 4) == *symbol) {
        return value;
      }
    }
    at += 4 + size;
  }
  return std::nullopt;
}

Bytes required(const ElfFile &file, const std::string &section, std::uint8_t wanted,
               std::optional<std::uint64_t> symbol) {
  const Section *const info = file.section(section);
  if (info != nullptr) {
    if (const auto value = attribute(*info, wanted, symbol); value.has_value()) {
      return *value;
    }
  }
  throw NotUnderstood(file.name() + ": " + section + " lacks attribute " + std::to_string(wanted));
}

// nvcc names an unnamed namespace after the source, other compilers do not.
std::string without_source(std::string symbol) {
  const std::string unnamed = "_GLOBAL__N_";
  for (std::size_t at = symbol.find(unnamed); at != std::string::npos && at > 0;
       at = symbol.find(unnamed, at + unnamed.size() + 1)) {
    std::size_t digits = at;
    while (digits > 0 && std::isdigit(static_cast<unsigned char>(symbol[digits - 1])) != 0) {
      --digits;
    }
    if (digits < at) {
      const auto length = std::stoul(symbol.substr(digits, at - digits));
      symbol.replace(digits, at - digits + length, "12" + unnamed + "1");
      at = digits + 2;
    }
  }
  return symbol;
}

}  // namespace

void read_cubin(const ElfFile &file, Kernels &kernels) {
  const std::vector<Symbol> symbols = file.symbols();
  const std::string prefix = ".text.";
  for (const Section &section : file.sections()) {
    if (!section.name.starts_with(prefix)) {
      continue;
    }
    Kernel kernel{section.name.substr(prefix.size()), {}, 0, 0, 0, 0, 0, {}};
    for (std::size_t at = 0; at < section.size; at += 16) {
      kernel.code.push_back({number_at(section.bytes, at, 8), number_at(section.bytes, at + 8, 8)});
    }
    std::optional<std::uint64_t> number;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      if (symbols[i].name == kernel.symbol) {
        number = i;
      }
    }
    if (!number.has_value()) {
      throw NotUnderstood(file.name() + ": no symbol " + kernel.symbol);
    }
    kernel.registers =
        static_cast<int>(number_at(required(file, ".nv.info", kRegisterCount, number), 4, 4));
    kernel.frame_bytes =
        static_cast<int>(number_at(required(file, ".nv.info", kFrameSize, number), 4, 4));
    const Bytes parameters = required(file, ".nv.info." + kernel.symbol, kParameters, {});
    kernel.parameter_offset = static_cast<int>(number_at(parameters, 4, 2));
    kernel.parameter_bytes = static_cast<int>(number_at(parameters, 6, 2));
    if (const Section *const shared = file.section(".nv.shared." + kernel.symbol)) {
      kernel.static_shared = static_cast<int>(shared->size) - kSystemShared;
    }
    if (const Section *const jumps = file.section(".nv.constant2." + kernel.symbol)) {
      kernel.jumps.assign(jumps->bytes.begin(), jumps->bytes.end());
    }
    const std::string name = without_source(kernel.symbol);
    if (!kernels.emplace(name, std::move(kernel)).second) {
      throw NotUnderstood(file.name() + ": a second CUDA kernel " + name);
    }
  }
}

}  // namespace sgconv::evidence
