// One deliberate error of the transform, for tests that must notice it. The environment variable
// SGCONV_MUTATION names it whenever a plan is made and a row is transformed: as in
// negate-forward-leaf or, which of a step's roots or pairs, in negate-forward-leaf@0.25.
#ifndef SGCONV_TEST_MUTATION_H
#define SGCONV_TEST_MUTATION_H

#include "sgconv/status.h"

// All names with a space between, the first of them `none`.
extern "C" SGCONV_API const char *sgconv_mutations(void);

namespace sgconv {

enum class Fault {
  kNone,
  kNegate,      // one root w is -w
  kConjugate,   // one root w is conj(w)
  kOddRoots,    // every root at an odd place is the next of the N roots of unity
  kRootNoise,   // every root is off by 1e-5
  kTwist,       // the ring's constant, i = e(1/4), is the next of the 4N roots of unity
  kLastSample,  // u[L - 1] is read as zero
  kFirstLag,    // k[0] is read as zero
  kSwap,        // two neighbours of a row in work have changed places between two passes
};

// Where roots are taken from, or between which passes a row is: the root, a step between, or the
// leaf. A transform of one step has its middle in the root.
enum class Level { kRoot, kMiddle, kLeaf };

struct Mutation {
  Fault fault;
  bool forward, inverse;  // the parts of the transform that have it
  Level level;            // one root or one pair only: of these, the one
  double place;           // so far from the first (0) to the last (1)
};

// Throws Failure(SGCONV_INVALID_ARGUMENT) if the variable holds another text.
Mutation mutation_in_use();

}  // namespace sgconv

#endif
