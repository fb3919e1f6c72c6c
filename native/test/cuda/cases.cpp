#include "cases.h"

#include <algorithm>
#include <cstdio>

#include "check.h"
#include "sgconv/cuda.h"

namespace sgconv::test {
namespace {

constexpr const char *kTypeNames[] = {"float32", "bfloat16", "float16"};

struct Worst {
  double error = 0;
  int results = 0;
};

Worst worst[3];  // by type

}  // namespace

oracle::Type type_of(int32_t dtype) {
  switch (dtype) {
    case SGCONV_BFLOAT16:
      return oracle::Type::kBfloat16;
    case SGCONV_FLOAT16:
      return oracle::Type::kFloat16;
    default:
      return oracle::Type::kFloat32;
  }
}

std::string name_of(const oracle::Problem &problem, int32_t dtype, int gating) {
  return problem.text() + " " + kTypeNames[static_cast<int>(type_of(dtype))] +
         ((gating & kPre) != 0 ? " pre" : "") + ((gating & kPost) != 0 ? " post" : "");
}

oracle::Signals signals_for(const oracle::Problem &problem, int32_t dtype, int gating,
                            oracle::SignalClass signals) {
  // D is one more weight at lag 0, which leaves something of what the kernel leaves nothing of.
  const bool skip =
      signals != oracle::SignalClass::kTone && signals != oracle::SignalClass::kConstant;
  return oracle::draw(signals, problem, static_cast<std::uint64_t>(problem.length) + 3u,
                      {skip, (gating & kPre) != 0, (gating & kPost) != 0}, type_of(dtype));
}

void expect(const std::string &where, const std::vector<oracle::Judgement> &judgements) {
  check(!judgements.empty(), where + ": there is nothing to judge");
  for (const oracle::Judgement &each : judgements) {
    Worst &so_far = worst[static_cast<int>(each.type)];
    so_far.error = std::max(so_far.error, each.error);
    ++so_far.results;
    char text[64];
    std::snprintf(text, sizeof text, " is off by %.3g times the bound", each.error);
    check(each.error <= 1, where + ": " + each.name + text);
  }
}

void print_worst(const char *program) {
  for (int type = 0; type < 3; ++type) {
    if (worst[type].results > 0) {
      std::printf("%s, %s: worst error %.3g of the bound, of %d results%s\n", program,
                  kTypeNames[type], worst[type].error, worst[type].results,
                  type == 0 ? "" : " (rounding to 16 bits alone comes near 1)");
    }
  }
}

}  // namespace sgconv::test
