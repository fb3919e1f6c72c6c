// Signals that a convolution is tried on. A transform that is wrong somewhere is right on many of
// them; a rule that is wrong rejects right results on some.
#ifndef SGCONV_TEST_SIGNALS_H
#define SGCONV_TEST_SIGNALS_H

#include <cstdint>

#include "exact_convolution.h"

namespace oracle {

// Classes of org.sgconv.oracle.SignalClass.
enum class SignalClass {
  kNoise,         // white, in every operand
  kImpulseFirst,  // u is one impulse
  kImpulseMiddle,
  kImpulseLast,
  kTone,      // in the stop band of a low-pass kernel
  kConstant,  // through a kernel of differences, which leaves nothing of it
  kDecay,     // dy decays by six orders of magnitude, through a decaying kernel
  kSelf,      // dy = y, as of the loss |y|^2 / 2
  kCancel     // rows of a batch that cancel in dk
};

constexpr SignalClass kSignalClasses[] = {
    SignalClass::kNoise,       SignalClass::kImpulseFirst, SignalClass::kImpulseMiddle,
    SignalClass::kImpulseLast, SignalClass::kTone,         SignalClass::kConstant,
    SignalClass::kDecay,       SignalClass::kSelf,         SignalClass::kCancel};

const char *name_of(SignalClass signals);

// D and gates, normal ones. They make noise of a tone or a constant.
struct Extras {
  bool skip = false, pre = false, post = false;
};

// The same of the same seed, rounded to what the type holds; k and D are float32 or float64.
Signals draw(SignalClass signals, const Problem &problem, std::uint64_t seed,
             const Extras &extras = {}, Type type = Type::kFloat32);

}  // namespace oracle

#endif
