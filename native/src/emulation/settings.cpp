#include "emulation/settings.h"

#include <cstdio>
#include <cstdlib>

namespace sgconv::emulation {
namespace {

std::string text(const char *name, const char *otherwise) {
  const char *value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

std::size_t number(const char *name, std::size_t otherwise) {
  const std::string value = text(name, "");
  if (value.empty()) {
    return otherwise;
  }
  char *end = nullptr;
  const unsigned long long parsed = std::strtoull(value.c_str(), &end, 10);
  if (*end != '\0') {
    std::fprintf(stderr, "sgconv emulation: %s = '%s' is not a number\n", name, value.c_str());
    std::abort();
  }
  return parsed;
}

constexpr std::size_t kCapability = 90;

// Shared memory that a block may ask for (CUDA C++ Programming Guide, "Compute Capabilities").
std::size_t block_memory(std::size_t capability) {
  switch (capability) {
    case 75:
      return std::size_t{64} * 1024;
    case 80:
    case 87:
      return std::size_t{163} * 1024;
    case 86:
    case 89:
    case 120:
      return std::size_t{99} * 1024;
    default:
      return std::size_t{227} * 1024;
  }
}

Settings read() {
  return {static_cast<int>(number("SGCONV_EMULATED_DEVICES", 1)),
          number("SGCONV_EMULATED_MEMORY", std::size_t{4} << 30),
          static_cast<int>(number("SGCONV_EMULATED_CAPABILITY", kCapability)),
          number("SGCONV_EMULATED_EAGER", 0) != 0,
          number("SGCONV_EMULATED_CACHE", std::size_t{1} << 20),
          block_memory(number("SGCONV_EMULATED_CAPABILITY", kCapability)),
          text("SGCONV_EMULATED_ORDER", "forward"),
          text("SGCONV_EMULATED_FAILURES", ""),
          text("SGCONV_EMULATED_SKIP_BARRIER", "")};
}

}  // namespace

const Settings &settings() {
  static const Settings instance = read();
  return instance;
}

bool Settings::skips(Site site) const {
  if (skipped.empty()) {
    return false;
  }
  const std::string place = std::string(site.file) + ":" + std::to_string(site.line);
  return place.size() >= skipped.size() &&
         place.compare(place.size() - skipped.size(), skipped.size(), skipped) == 0;
}

}  // namespace sgconv::emulation
