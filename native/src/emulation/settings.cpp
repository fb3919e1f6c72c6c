#include "emulation/settings.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace sgconv::emulation {
namespace {

std::string text(const char *name, const char *otherwise) {
  const char *value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

std::size_t number(const char *name, const std::string &value, std::size_t otherwise) {
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

std::size_t number(const char *name, std::size_t otherwise) {
  return number(name, text(name, ""), otherwise);
}

// The entry of a list that serves a device.
int entry(const char *name, std::size_t device, std::size_t otherwise) {
  std::istringstream list(text(name, ""));
  std::string value, next;
  for (std::size_t i = 0; i <= device && std::getline(list, next, ','); ++i) {
    value = next;
  }
  return static_cast<int>(number(name, value, otherwise));
}

constexpr std::size_t kCapability = 90;

// Shared memory that a block may ask for (CUDA C++ Programming Guide, "Compute Capabilities").
std::size_t block_memory(int capability) {
  switch (capability) {
    case 75:
      return std::size_t{64} * 1024;
    case 80:
    case 87:
      return std::size_t{163} * 1024;
    case 86:
    case 89:
    case 120:
    case 121:
      return std::size_t{99} * 1024;
    default:
      return std::size_t{227} * 1024;
  }
}

DeviceSettings device(std::size_t device) {
  const int capability = entry("SGCONV_EMULATED_CAPABILITY", device, kCapability);
  return {capability, block_memory(capability), entry("SGCONV_EMULATED_POOLS", device, 1),
          entry("SGCONV_EMULATED_COMPUTE_MODE", device, 0),
          entry("SGCONV_EMULATED_UNUSABLE", device, 0)};
}

Settings read() {
  std::vector<DeviceSettings> devices;
  for (std::size_t i = 0; i < number("SGCONV_EMULATED_DEVICES", 1); ++i) {
    devices.push_back(device(i));
  }
  return {devices,
          number("SGCONV_EMULATED_MEMORY", std::size_t{4} << 30),
          number("SGCONV_EMULATED_EAGER", 0) != 0,
          number("SGCONV_EMULATED_CACHE", std::size_t{1} << 20),
          number("SGCONV_EMULATED_MULTIPROCESSORS", 2),
          text("SGCONV_EMULATED_ORDER", "forward"),
          static_cast<unsigned>(number("SGCONV_EMULATED_SEED", 1)),
          text("SGCONV_EMULATED_FAILURES", "")};
}

}  // namespace

const Settings &settings() {
  static const Settings instance = read();
  return instance;
}

}  // namespace sgconv::emulation
