// The tables that people read, and that the check reads again.
#pragma once

#include <iosfwd>

#include "evidence/model/evidence.h"
#include "evidence/model/exchanges.h"
#include "evidence/report/cases.h"

namespace sgconv::evidence {

// One row a call: counts and predictions. `compiler`: what the machine code comes from.
void write_predictions(std::ostream &out, const std::string &compiler,
                       const std::vector<CallEvidence> &calls);
// One row for each kind of launch of each call.
void write_machine_code(std::ostream &out, const std::string &compiler,
                        const std::vector<CallEvidence> &calls);
// One row for each size and sequence of exchanges through shared memory.
struct SequenceEvidence {
  Sequence sequence;
  ExchangeEvidence exchanges;
};
void write_exchanges(std::ostream &out, const std::string &compiler,
                     const std::vector<SequenceEvidence> &sequences);

}  // namespace sgconv::evidence
