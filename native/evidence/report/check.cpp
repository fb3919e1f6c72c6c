#include "evidence/report/check.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace sgconv::evidence {
namespace {

constexpr double kNoticed = 0.05;  // what is told of as better

std::size_t index_of(const Table &table, const std::string &name) {
  const auto found = std::find(table.heads().begin(), table.heads().end(), name);
  if (found == table.heads().end()) {
    throw std::runtime_error("a table without the column '" + name + "'");
  }
  return static_cast<std::size_t>(found - table.heads().begin());
}

std::string key_of(const Table &table, const std::vector<std::string> &row,
                   const std::vector<std::string> &keys) {
  std::string key;
  for (const std::string &name : keys) {
    key += (key.empty() ? "" : " ") + row[index_of(table, name)];
  }
  return key;
}

}  // namespace

const Columns kColumnsOfPredictions{{"call", "B", "H", "L", "K", "type"},
                                    {{"slots"},
                                     {"spills", 0},
                                     {"conflicts"},
                                     {"L2 B"},
                                     {"HBM B"},
                                     {"launches"},
                                     {"H100 ms"},
                                     {"H200 ms"}}};
const Columns kColumnsOfExchanges{{"L", "call"}, {{"loads"}, {"stores"}, {"worst"}}};

Comparison &Comparison::operator+=(const Comparison &other) {
  worse.insert(worse.end(), other.worse.begin(), other.worse.end());
  better.insert(better.end(), other.better.begin(), other.better.end());
  compared += other.compared;
  return *this;
}

Comparison compare(const Table &before, const Table &now, const Columns &columns) {
  Comparison result;
  for (const auto &row : before.rows()) {
    const std::string key = key_of(before, row, columns.keys);
    if (std::none_of(now.rows().begin(), now.rows().end(),
                     [&](const auto &other) { return key_of(now, other, columns.keys) == key; })) {
      result.worse.push_back(key + ": only in the table");
    }
  }
  for (const auto &row : now.rows()) {
    const std::string key = key_of(now, row, columns.keys);
    const auto found =
        std::find_if(before.rows().begin(), before.rows().end(),
                     [&](const auto &other) { return key_of(before, other, columns.keys) == key; });
    if (found == before.rows().end()) {
      result.worse.push_back(key + ": not in the table");
      continue;
    }
    ++result.compared;
    if (row[index_of(now, "races")] != "none") {
      result.worse.push_back(key + ": races " + row[index_of(now, "races")]);
    }
    for (const Column &column : columns.compared) {
      const std::string &was = (*found)[index_of(before, column.name)];
      const std::string &is = row[index_of(now, column.name)];
      const double old_value = std::strtod(was.c_str(), nullptr);
      const double new_value = std::strtod(is.c_str(), nullptr);
      const std::string text = key + ": " + column.name + " " + was + " -> " + is;
      if (new_value > old_value * (1 + column.tolerance)) {
        result.worse.push_back(text);
      } else if (new_value < old_value * (1 - kNoticed)) {
        result.better.push_back(text);
      }
    }
  }
  return result;
}

}  // namespace sgconv::evidence
