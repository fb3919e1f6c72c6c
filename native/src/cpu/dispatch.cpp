#include "cpu/dispatch.h"

#include <cstdlib>
#include <optional>
#include <string>

#include "common/failure.h"
#include "cpu/processor.h"

namespace sgconv {

// A build may leave tiers out: CMake defines SGCONV_HAS_<tier> for those that are there.
#define SGCONV_DECLARE(name)        \
  namespace name {                  \
  extern const Tier<float> tier;    \
  }                                 \
  namespace name##_double {         \
    extern const Tier<double> tier; \
  }
#define SGCONV_TIERS(name) \
  { #name, &name::tier, &name##_double::tier }
#ifdef SGCONV_HAS_baseline
SGCONV_DECLARE(baseline)
#endif
#ifdef SGCONV_HAS_avx2
SGCONV_DECLARE(avx2)
#endif
#ifdef SGCONV_HAS_avx512
SGCONV_DECLARE(avx512)
#endif
#ifdef SGCONV_HAS_neon
SGCONV_DECLARE(neon)
#endif

namespace {

struct Candidate {
  Tiers tiers;
  bool supported;
};

constexpr int kCandidates = 3;

struct Choice {
  Candidate candidates[kCandidates] = {};  // widest first
  int count = 0;
  std::optional<Tiers> tiers;
  std::string forced;
};

Choice choose() {
  Choice choice;
#ifdef SGCONV_HAS_avx512
  choice.candidates[choice.count++] = {SGCONV_TIERS(avx512), has_avx512()};
#endif
#ifdef SGCONV_HAS_avx2
  choice.candidates[choice.count++] = {SGCONV_TIERS(avx2), has_avx2()};
#endif
#ifdef SGCONV_HAS_baseline
  choice.candidates[choice.count++] = {SGCONV_TIERS(baseline), true};
#endif
#ifdef SGCONV_HAS_neon
  choice.candidates[choice.count++] = {SGCONV_TIERS(neon), true};
#endif
  const char *forced = std::getenv("SGCONV_CPU_TIER");
  choice.forced = forced == nullptr ? "" : forced;
  for (int i = 0; i < choice.count && !choice.tiers; ++i) {
    const Candidate &candidate = choice.candidates[i];
    const bool wanted = choice.forced.empty() || choice.forced == candidate.tiers.name;
    if (wanted && candidate.supported) choice.tiers = candidate.tiers;
  }
  return choice;
}

const Choice &choice() {
  static const Choice chosen = choose();
  return chosen;
}

}  // namespace

const Tiers &tiers_in_use() {
  const Choice &chosen = choice();
  if (!chosen.tiers) {
    std::string built;
    std::string usable;
    for (int i = 0; i < chosen.count; ++i) {
      const Candidate &candidate = chosen.candidates[i];
      built += std::string(built.empty() ? "" : ", ") + candidate.tiers.name;
      if (!candidate.supported) continue;
      usable += std::string(usable.empty() ? "" : ", ") + candidate.tiers.name;
    }
    if (usable.empty()) {
      throw Failure(SGCONV_UNSUPPORTED, "this library was built for other processors (" + built +
                                            "); build it on this machine, or for all of them");
    }
    throw Failure(SGCONV_UNSUPPORTED, "SGCONV_CPU_TIER = '" + chosen.forced +
                                          "' cannot be used here; expected one of: " + usable +
                                          ", or unset it");
  }
  return *chosen.tiers;
}

const char *tier_name() noexcept {
  try {
    const Choice &chosen = choice();
    return chosen.tiers ? chosen.tiers->name : chosen.forced.c_str();
  } catch (...) {
    return "";
  }
}

}  // namespace sgconv
