#include "mutation.h"

#include <charconv>
#include <cstdlib>
#include <system_error>

#include "common/failure.h"

namespace sgconv {
namespace {

constexpr Level kAnywhere = Level::kRoot;
constexpr double kMiddlePlace = 0.5;

struct Named {
  const char *name;
  Fault fault;
  bool forward, inverse;
  Level level;
};

constexpr Named kMutations[] = {
    {"none", Fault::kNone, false, false, kAnywhere},
    {"negate-forward-root", Fault::kNegate, true, false, Level::kRoot},
    {"negate-forward-middle", Fault::kNegate, true, false, Level::kMiddle},
    {"negate-forward-leaf", Fault::kNegate, true, false, Level::kLeaf},
    {"negate-inverse-root", Fault::kNegate, false, true, Level::kRoot},
    {"negate-inverse-middle", Fault::kNegate, false, true, Level::kMiddle},
    {"negate-inverse-leaf", Fault::kNegate, false, true, Level::kLeaf},
    {"conjugate-forward-root", Fault::kConjugate, true, false, Level::kRoot},
    {"conjugate-forward-middle", Fault::kConjugate, true, false, Level::kMiddle},
    {"conjugate-forward-leaf", Fault::kConjugate, true, false, Level::kLeaf},
    {"conjugate-inverse-root", Fault::kConjugate, false, true, Level::kRoot},
    {"conjugate-inverse-middle", Fault::kConjugate, false, true, Level::kMiddle},
    {"conjugate-inverse-leaf", Fault::kConjugate, false, true, Level::kLeaf},
    {"odd-roots", Fault::kOddRoots, true, true, kAnywhere},
    {"root-noise", Fault::kRootNoise, true, true, kAnywhere},
    {"twist", Fault::kTwist, true, true, kAnywhere},
    {"twist-forward", Fault::kTwist, true, false, kAnywhere},
    {"twist-inverse", Fault::kTwist, false, true, kAnywhere},
    {"last-sample", Fault::kLastSample, true, false, kAnywhere},
    {"first-lag", Fault::kFirstLag, true, false, kAnywhere},
    {"swap-forward-root", Fault::kSwap, true, false, Level::kRoot},
    {"swap-forward-leaf", Fault::kSwap, true, false, Level::kLeaf},
    {"swap-inverse-root", Fault::kSwap, false, true, Level::kRoot},
    {"swap-inverse-leaf", Fault::kSwap, false, true, Level::kLeaf},
};

bool has_place(Fault fault) {
  return fault == Fault::kNegate || fault == Fault::kConjugate || fault == Fault::kSwap;
}

// Of what follows the name; negative if that is no place.
double place_in(const std::string &text) {
  const char *const end = text.data() + text.size();
  double place = 0.0;
  const std::from_chars_result read = std::from_chars(text.data(), end, place);
  return read.ec == std::errc() && read.ptr == end && place >= 0.0 && place <= 1.0 ? place : -1.0;
}

}  // namespace

Mutation mutation_in_use() {
  const char *variable = std::getenv("SGCONV_MUTATION");
  const std::string wanted = variable == nullptr ? "none" : variable;
  const std::size_t at = wanted.find('@');
  const double place = at == std::string::npos ? kMiddlePlace : place_in(wanted.substr(at + 1));
  for (const Named &each : kMutations) {
    const bool placed = at == std::string::npos || (has_place(each.fault) && place >= 0.0);
    if (placed && wanted.substr(0, at) == each.name) {
      return {each.fault, each.forward, each.inverse, each.level, place};
    }
  }
  throw Failure(SGCONV_INVALID_ARGUMENT,
                "SGCONV_MUTATION = '" + wanted +
                    "' is none of those that sgconv_mutations() lists, nor, of one root or "
                    "one pair, such a one with a place as in @0.25");
}

}  // namespace sgconv

extern "C" const char *sgconv_mutations(void) {
  static const std::string list = [] {
    std::string names;
    for (const sgconv::Named &each : sgconv::kMutations) {
      names += std::string(names.empty() ? "" : " ") + each.name;
    }
    return names;
  }();
  return list.c_str();
}
