// Whether a table of predictions is as good as one that was written before.
#pragma once

#include "evidence/report/table.h"

namespace sgconv::evidence {

struct Comparison {
  std::vector<std::string> worse, better;  // what to tell people, a line each
  std::size_t compared = 0;                // rows

  Comparison &operator+=(const Comparison &other);
};

// A column, and by which part of itself it may get worse.
struct Column {
  std::string name;
  double tolerance = 0.05;
};
// What tells rows apart, and what is compared of them; races always are.
struct Columns {
  std::vector<std::string> keys;
  std::vector<Column> compared;
};
extern const Columns kColumnsOfPredictions, kColumnsOfExchanges;

// A row that only one has is worse: nobody has looked at it, or nobody looks any more.
Comparison compare(const Table &before, const Table &now, const Columns &columns);

}  // namespace sgconv::evidence
