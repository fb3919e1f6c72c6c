#include "cpu/dispatch.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include "common/error.h"

namespace sgconv {

#if defined(__x86_64__)
namespace baseline {
extern const Tier tier;
}
namespace avx2 {
extern const Tier tier;
}
namespace avx512 {
extern const Tier tier;
}
#else
namespace neon {
extern const Tier tier;
}
#endif

namespace {

struct Candidate {
  const Tier *tier;
  bool supported;
};

constexpr int kCandidates = 3;

struct Choice {
  Candidate candidates[kCandidates] = {};  // widest first
  int count = 0;
  const Tier *tier = nullptr;
  std::string forced;
};

Choice choose() {
  Choice choice;
#if defined(__x86_64__)
  // The compiler's run-time library asks cpuid and, for the wide registers, XCR0.
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  choice.candidates[choice.count++] = {&avx512::tier, avx512};
  choice.candidates[choice.count++] = {&avx2::tier, avx2};
  choice.candidates[choice.count++] = {&baseline::tier, true};
#else
  choice.candidates[choice.count++] = {&neon::tier, true};
#endif
  const char *forced = std::getenv("SGCONV_CPU_TIER");
  choice.forced = forced == nullptr ? "" : forced;
  for (int i = 0; i < choice.count && choice.tier == nullptr; ++i) {
    const Candidate &candidate = choice.candidates[i];
    const bool wanted = choice.forced.empty() || choice.forced == candidate.tier->name;
    if (wanted && candidate.supported) choice.tier = candidate.tier;
  }
  return choice;
}

const Choice &choice() {
  static const Choice chosen = choose();
  return chosen;
}

}  // namespace

const Tier &tier_in_use() {
  const Choice &chosen = choice();
  if (chosen.tier == nullptr) {
    std::string usable;
    for (int i = 0; i < chosen.count; ++i) {
      if (!chosen.candidates[i].supported) continue;
      usable += std::string(usable.empty() ? "" : ", ") + chosen.candidates[i].tier->name;
    }
    throw Failure(SGCONV_UNSUPPORTED, "SGCONV_CPU_TIER = '" + chosen.forced +
                                          "' cannot be used here; expected one of: " + usable +
                                          ", or unset it");
  }
  return *chosen.tier;
}

const char *tier_name() noexcept {
  try {
    const Choice &chosen = choice();
    return chosen.tier == nullptr ? chosen.forced.c_str() : chosen.tier->name;
  } catch (...) {
    return "";
  }
}

}  // namespace sgconv
