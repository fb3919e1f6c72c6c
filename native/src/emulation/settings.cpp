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

Settings read() {
  return {static_cast<int>(number("SGCONV_EMULATED_DEVICES", 1)),
          number("SGCONV_EMULATED_MEMORY", std::size_t{4} << 30),
          static_cast<int>(number("SGCONV_EMULATED_CAPABILITY", 90)),
          number("SGCONV_EMULATED_EAGER", 0) != 0,
          std::size_t{227} * 1024,
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
