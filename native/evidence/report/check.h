// Whether a table of predictions is as good as one that was written before.
#pragma once

#include "evidence/report/table.h"

namespace sgconv::evidence {

struct Comparison {
  std::vector<std::string> worse, better;  // what to tell people, a line each
  std::size_t compared = 0;                // rows
};

// Counts and times may get worse by 5 percent. Rows are matched by their first five columns; one
// that only `now` has is worse: nobody has looked at it.
Comparison compare(const Table &before, const Table &now);

}  // namespace sgconv::evidence
